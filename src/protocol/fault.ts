/**
 * Ways to make a thread die or hang in the middle of a stage (`[[sealvisor.faults]] act = …`), for chaos tests and
 * demonstrations.
 */
export const faultActs = ['throw', 'exit', 'heap', 'loop'] as const;

export type FaultAct = (typeof faultActs)[number];
