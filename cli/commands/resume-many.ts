/** `resume --all` and its selectors: one command for each paused thread that is meant, whatever becomes of the others. */
import { SealvisorError } from '../../src/protocol/errors.js';
import { oneLine } from '../../src/protocol/escaped.js';
import type { ControlReply, ThreadView } from '../../src/protocol/thread.js';
import { answerJsonLines, exitCodes, tell } from '../output/say.js';

export interface Selection {
  readonly all?: boolean;
  readonly stateIs?: string;
  readonly error?: string;
  readonly plan?: string;
}

/** Whether threads are meant by what they are like. @throws usage for a selection together with one thread or a state */
export function isSelection(selection: Selection, one: Readonly<Record<string, unknown>>): boolean {
  const { all, stateIs, error, plan } = selection;
  const isOne = Object.values(one).some((value) => value !== undefined);
  const isMany = all === true || stateIs !== undefined || error !== undefined || plan !== undefined;
  if (!isMany) return false;
  if (!isOne) return true;
  const names = Object.keys(one).join(', ');
  throw new SealvisorError(
    'usage',
    `--all, --state-is, --error and --plan resume many threads where they are: leave out ${names}, or name one thread`,
  );
}

/** Paused threads that every selector fits. `error` is a part of the last error's text. */
export function selected(views: readonly ThreadView[], selection: Selection): readonly ThreadView[] {
  const { stateIs, error, plan } = selection;
  return views.filter(
    (view) =>
      (view.mode === 'paused' || view.mode === 'pausing') &&
      (stateIs === undefined || view.state === stateIs) &&
      (plan === undefined || view.plan === plan) &&
      (error === undefined || (view.lastError?.message.includes(error) ?? false)),
  );
}

/** Exit 1 when a thread could not be resumed, 3 when there was none to resume. */
export async function resumeMany(
  views: readonly ThreadView[],
  selection: Selection,
  resume: (index: number) => Promise<ControlReply>,
  json: boolean,
): Promise<void> {
  const chosen = selected(views, selection);
  if (chosen.length === 0) tell('no paused thread is meant');
  const results = [];
  for (const { index } of chosen) {
    try {
      const { changed, message } = await resume(index);
      results.push({ index, changed, message });
    } catch (thrown) {
      if (!(thrown instanceof SealvisorError)) throw thrown;
      results.push({ index, changed: false, code: thrown.code, message: thrown.message });
    }
  }
  if (json) answerJsonLines(results);
  else for (const { message } of results) tell(oneLine(message));
  if (results.some((each) => 'code' in each)) process.exitCode = exitCodes.failed;
  else if (!results.some(({ changed }) => changed)) process.exitCode = exitCodes.unchanged;
}
