/** The plans' names: what the configuration may say, and what the tables of `machines/plans` and their stages are complete by. */
export const planNames = ['sealer', 'niporep', 'snapup', 'rebuild', 'unseal', 'wdpost'] as const;

export type PlanName = (typeof planNames)[number];
