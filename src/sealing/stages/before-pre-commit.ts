/** Keeps a sector that cannot be proven off the chain: its pre-commit would cost the deposit, and C1 would fail hours later. */
import { planNamed, planState } from '../../../machines/index.js';
import { StageError } from '../../protocol/level.js';
import { checkWorkedFrom } from '../file-checks.js';
import { failureOf } from '../runner.js';
import { type StageContext, sectorAtHand } from '../stage.js';
import type { Tasks } from '../tasks.js';
import { verifySealed } from './answers.js';

/** `auto` checks sectors up to this size, in bytes: C1 of a larger one reads for minutes. */
const largestCheap = 512 * 1024 * 1024;

/** Outputs of pc2 that passed since the thread started: they are not checked again when the pre-commit is resubmitted. */
const passed = new WeakSet<object>();

/**
 * Runs C1 with a seed of our own, if `[sealvisor] check_before_precommit` says so. @throws StageError permanent, saying what
 * to do, when the sector cannot be proven; the processor's own failure for any other reason
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
  // verify_after_pc2 has already done the same with the same files.
  if (mode === 'off' || record.outputs.pc2_checked === true) return false;
  return mode === 'on' || sectorAtHand({ record }).size <= largestCheap;
}

/** A damaged file explains the failure better than the failed proof. @throws StageError permanent, naming the file */
async function checkRot(context: StageContext): Promise<void> {
  const plan = planNamed(context.record.plan);
  const state = plan && planState(plan, context.record.state);
  if (state) await checkWorkedFrom(plan, state, context);
}
