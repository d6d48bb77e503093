/** Stages by the names that a configuration, a limit and a processor give them. */

/** Stages that a `[[processors.<stage>]]` can do: our own processors in a child or in the thread itself, or a program. */
export const builtinStages = [
  'add_pieces',
  'tree_d',
  'pc1',
  'pc2',
  'c1',
  'c2',
  'synth_proof',
  'snap_encode',
  'snap_vanilla',
  'snap_prove',
  'transfer',
  'unseal',
  'window_post',
] as const;

export type BuiltinStage = (typeof builtinStages)[number];

/** Stages that a limit can be set for: those of the plans. `snap_vanilla` is done within `snap_prove`, and is limited by it. */
export const limitNames = [
  ...['add_pieces', 'tree_d', 'pc1', 'pc2', 'c1', 'c2', 'snap_encode', 'snap_prove'],
  ...['transfer', 'unseal', 'window_post', 'winning_post', 'synth_proof'],
] as const;

/** The name under whose limit a processor does its task. */
export function limitOf(stage: string): string {
  return stage === 'snap_vanilla' ? 'snap_prove' : stage;
}

/** The stages of the plans, in the order of the work: a stage's processor, else the stage in snake_case. */
export const stageNames = [
  'acquire_deals',
  'add_pieces',
  'tree_d',
  'assign_ticket',
  'pc1',
  'pc2',
  'synth_proof',
  'submit_pre_commit',
  'wait_pc_landed',
  'transfer',
  'submit_persisted',
  'wait_seed',
  'c1',
  'c2',
  'submit_proof',
  'wait_proof_landed',
  'snap_encode',
  'snap_prove',
  'submit_snapup_proof',
  'unseal',
  'window_post',
] as const;
