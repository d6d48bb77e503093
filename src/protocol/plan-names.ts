/** Plan names that the configuration accepts; the tables of `machines/plans` and of their stages have a row for each. */
export const planNames = ['sealer', 'niporep', 'snapup', 'rebuild', 'unseal', 'wdpost'] as const;

export type PlanName = (typeof planNames)[number];
