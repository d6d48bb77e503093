/** Names of stages in configurations, limits and processors. */

/** Stages that a `[[processors.<stage>]]` can run: our processor in a child or in the thread, or a program. */
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

/** Names that a limit can be set for; `winning_post` is in no plan. `snap_vanilla` is part of `snap_prove` and shares its limit. */
export const limitNames = [
  ...['add_pieces', 'tree_d', 'pc1', 'pc2', 'c1', 'c2', 'snap_encode', 'snap_prove'],
  ...['transfer', 'unseal', 'window_post', 'winning_post', 'synth_proof'],
] as const;

/** The limit that applies to a processor's task. */
export function limitOf(stage: string): string {
  return stage === 'snap_vanilla' ? 'snap_prove' : stage;
}

/** The stages of the plans in working order, each by its processor's name or else by its own in snake_case. */
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
