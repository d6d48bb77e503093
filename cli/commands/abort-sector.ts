/** Confirmation before a sector is aborted: with a pre-commit its deposit is lost, so a person is asked. */
import { planNamed } from '../../machines/index.js';
import { SealvisorError } from '../../src/protocol/errors.js';
import { oneLine } from '../../src/protocol/text/escaped.js';
import type { AbortLoss, DryRun, ThreadView } from '../../src/protocol/thread.js';
import { lossText } from '../output/loss-text.js';
import { exitCodes, tell } from '../output/say.js';
import { askYes, canAsk } from './ask-yes.js';

/** `Abort` is upstream's name for the state. */
export const isAbort = (state: string | undefined): boolean => state === 'Aborted' || state === 'Abort';

/** How the thread is checked before. */
export interface BeforeAbort {
  thread(): Promise<ThreadView>;
  dryRun(): Promise<DryRun>;
}

export interface AbortMeant {
  /** The thread's revision when the question was asked, if it has one. */
  readonly revision?: number;
  /** Warning for a script without `--yes`, printed when it is done. */
  readonly warning?: string;
}

/**
 * Asks whether a resume to Aborted is intended; undefined when a person says no, and the exit code is set then. A script
 * is not asked, because venus-cluster's command line has no `--yes`: it gets a warning instead.
 */
export async function abortMeant(
  before: BeforeAbort,
  yes: boolean | undefined,
): Promise<AbortMeant | undefined> {
  if (yes) return {};
  const view = await before.thread();
  // A thread that is not paused refuses the command and loses nothing.
  if (view.mode !== 'paused' || view.sector === null) return {};
  const loss = await lossOf(before, view);
  if (loss === null || loss.preCommit === null) return {};
  const text = lossText(loss, Date.now());
  if (!canAsk()) return { warning: `warning: ${text} With --yes this is not asked.` };
  if (!(await askYes(`Thread #${view.index} at ${view.state}: ${text} Abort it?`))) return refused();
  // An upstream worker has no revisions.
  return view.incarnation === 0 ? {} : { revision: view.revision };
}

function refused(): undefined {
  tell('nothing was aborted');
  process.exitCode = exitCodes.unchanged;
  return undefined;
}

/** Prints the warning once the sector is aborted. */
export function tellWarning({ warning }: AbortMeant, { changed }: { readonly changed: boolean }): void {
  if (changed && warning !== undefined) tell(oneLine(warning));
}

async function lossOf({ dryRun }: BeforeAbort, view: ThreadView): Promise<AbortLoss | null> {
  try {
    const told = await dryRun();
    if (told.loses) return told.loses;
    // Our worker lists what is lost, if anything; one of an older version does not.
    return told.allowed && view.state !== 'Aborted' ? lossByView(view) : null;
  } catch (thrown) {
    // An upstream worker has no dry run.
    if (!(thrown instanceof SealvisorError) || thrown.code === 'unreachable') throw thrown;
    return lossByView(view);
  }
}

/** The loss, judged only by the state. */
function lossByView({ plan, state, sector }: ThreadView): AbortLoss | null {
  const { states = [] } = planNamed(plan) ?? {};
  const submitting = states.findIndex(({ stage }) => stage === 'SubmitPreCommit');
  const isSubmitted = submitting >= 0 && states.findIndex(({ name }) => name === state) > submitting;
  if (sector === null || !isSubmitted || state === 'Aborted') return null;
  return { sector: sector.id, preCommit: { certain: true, at: null }, proof: false, files: [], stored: [] };
}

/**
 * Asks whether the abort of a sector at its manager is intended; false when a person says no, and the exit code is set then.
 * @throws usage in a script; the message ends with the command to repeat with `--yes`
 */
export async function sectorAbortMeant(loss: AbortLoss, repeat: string): Promise<boolean> {
  const text = lossText(loss, Date.now());
  if (!canAsk()) throw new SealvisorError('usage', `${text} If that is meant: ${repeat}`);
  if (await askYes(`${text} Abort it?`)) return true;
  refused();
  return false;
}
