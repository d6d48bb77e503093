/** Whether the later stages of a plan can prove the output of its earlier processors. Pure. */
import { planNamed } from '../../machines/plans/index.js';
import { SealvisorError } from '../protocol/errors.js';

/** The processors of a stage, by their keys in the file: ours and third-party programs. */
export interface StageDoer {
  readonly ours: readonly string[];
  readonly others: readonly string[];
}

/** By stage; a stage that is not listed is done by our own processor. */
export type StageDoers = ReadonlyMap<string, StageDoer>;

/**
 * Stages that read the previous stage's output in a private format: in a plan all of them must be ours, or all
 * third-party programs. The other stages (add_pieces, tree_d, transfer) use common formats.
 */
const ownFormats = ['pc1', 'pc2', 'synth_proof', 'c1', 'c2', 'snap_encode', 'snap_vanilla', 'snap_prove'];

/** Stages of the plan with private formats; those that only some sectors need come last, and only if they are configured. */
function chainOf(plan: string, doers: StageDoers): readonly string[] {
  const states = planNamed(plan)?.states.filter(({ isInThread }) => !isInThread) ?? [];
  const always = states.filter(({ only }) => only === undefined);
  const sometimes = states.filter(({ only, processor = '' }) => only !== undefined && doers.has(processor));
  return [...always, ...sometimes]
    .flatMap(({ processor = '' }) => (processor === 'snap_prove' ? ['snap_vanilla', processor] : [processor]))
    .filter((stage) => ownFormats.includes(stage));
}

/** @throws config_invalid, with one line for each plan that could not be proven, its threads and what to add */
export function checkProvable(
  { threads, path }: { readonly threads: readonly { index: number; plan: string }[]; readonly path: string },
  doers: StageDoers,
): void {
  const plans = [...new Set(threads.map(({ plan }) => plan))];
  const faults = plans.flatMap((plan) => {
    const fault = unprovable(plan, doers);
    if (fault === undefined) return [];
    const its = threads.filter((thread) => thread.plan === plan);
    const names = its.map(({ index }) => `sealing_thread[${index}]`);
    return [`${namesText(names)} in ${path}: ${fault}`];
  });
  if (faults.length > 0) throw new SealvisorError('config_invalid', faults.join('\n'));
}

/** Why sectors of this plan could not be proven, and what to add; undefined when they can be. */
export function unprovable(plan: string, doers: StageDoers): string | undefined {
  const chain = chainOf(plan, doers);
  const others = chain.filter((stage) => (doers.get(stage)?.others ?? []).length > 0);
  if (others.length === 0) return undefined;
  const ours = chain.filter((stage) => isOurs(doers.get(stage)));
  if (ours.length === 0) return undefined;
  const theirs = others.flatMap((stage) => doers.get(stage)?.others ?? []);
  const add = ours.map((stage) => `[[processors.${stage}]]`);
  return `plan ${plan} could not be proven: ${theirs.join(', ')} ${theirs.length > 1 ? 'are' : 'is'} not our own, ${namesText(ours)} ${ours.length > 1 ? 'are' : 'is'}, and neither reads what the other makes: give ${namesText(add)} a bin that fits (docs/processors.md), or leave bin out of ${namesText(theirs)}`;
}

function isOurs(doer: StageDoer | undefined): boolean {
  return doer === undefined || doer.ours.length > 0;
}

function namesText(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
