/** Nothing goes on chain that cannot be proven: a pre-commit of it costs its deposit, and is found out at C1, hours later. */
import { planNamed, planState } from '../../../machines/index.js';
import { StageError } from '../../protocol/level.js';
import { checkWorkedFrom } from '../file-checks.js';
import { failureOf } from '../runner.js';
import { type StageContext, sectorAtHand } from '../stage.js';
import type { Tasks } from '../tasks.js';
import { verifySealed } from './answers.js';

/** C1 of a larger sector reads for minutes. */
const largestCheap = 512 * 1024 * 1024;

/** Outputs of pc2, as records hold them, that passed in this life of the thread: what is submitted again is not checked again. */
const passed = new WeakSet<object>();

/**
 * Has C1 draw the proofs of a seed of our own, as `[sealvisor] check_before_precommit` says. @throws StageError permanent,
 * saying what to do, when the sector cannot be proven; what the processor fails with for another reason
 */
export async function checkBeforePreCommit(
  context: StageContext,
  pc2out: Tasks['pc2']['output'],
): Promise<void> {
  const { pc2: held } = context.record.outputs;
  const isHeld = typeof held === 'object' && held !== null;
  if (!isWanted(context) || (isHeld && passed.has(held))) return;
  await verifySealed(context, pc2out).catch(async (thrown: unknown) => {
    const { level, message } = failureOf(thrown);
    if (level !== 'permanent' || context.signal.aborted) throw thrown;
    await checkRot(context);
    throw new StageError(
      'permanent',
      `the sector could not be proven, so its pre-commit was not submitted (${message}): resume --state PC1Done does PC2 again, resume --state TreeDBuilt PC1 with a new ticket; resume checks again`,
      { cause: thrown },
    );
  });
  if (isHeld) passed.add(held);
}

function isWanted({ settings, record }: StageContext): boolean {
  const { checkBeforePreCommit: mode = 'off' } = settings;
  // verify_after_pc2 has done the same of the same files.
  if (mode === 'off' || record.outputs.pc2_checked === true) return false;
  return mode === 'on' || sectorAtHand({ record }).size <= largestCheap;
}

/** A file that has rotted is a better reason than what it did to the proof. @throws StageError permanent, naming it */
async function checkRot(context: StageContext): Promise<void> {
  const plan = planNamed(context.record.plan);
  const state = plan && planState(plan, context.record.state);
  if (state) await checkWorkedFrom(plan, state, context);
}
