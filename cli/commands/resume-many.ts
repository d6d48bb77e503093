/** `resume --all` and its selectors: one command for each selected thread; a failure does not stop the others. */
import { planNamed, plans } from '../../machines/index.js';
import { meantText } from '../../src/config/nearest.js';
import { SealvisorError } from '../../src/protocol/errors.js';
import { oneLine } from '../../src/protocol/text/escaped.js';
import type { ControlReply, ThreadView } from '../../src/protocol/thread.js';
import { answerJsonLines, exitCodes, tell } from '../output/say.js';

export interface Selection {
  readonly all?: boolean;
  readonly stateIs?: string;
  readonly error?: string;
  readonly plan?: string;
}

/** Whether threads are chosen by selectors. @throws usage for selectors together with one thread or a state */
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

/** An unknown state or plan matches no thread: a typo must not look like a healthy fleet. @throws usage */
function checkNames({ stateIs, plan }: Selection): void {
  const states = [...new Set(Object.values(plans).flatMap((each) => each.states.map(({ name }) => name)))];
  const check = (option: string, word: string | undefined, known: readonly string[]) => {
    if (word === undefined || known.includes(word)) return;
    const hint = meantText(word, known);
    throw new SealvisorError('usage', `unknown ${option} ${word}: ${hint}known are ${known.join(', ')}`);
  };
  check('plan', plan, Object.keys(plans));
  check(
    'state',
    stateIs,
    plan === undefined ? states : (planNamed(plan)?.states ?? []).map(({ name }) => name),
  );
}

/** Paused and pausing threads that match every selector. `error` is a part of the last error's text. */
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

/** The threads of one worker; `worker` is set if there may be several workers. */
export interface Resumable {
  readonly worker?: string;
  threads(): Promise<readonly ThreadView[]>;
  resume(index: number): Promise<ControlReply>;
}

interface Result {
  readonly worker?: string;
  readonly index?: number;
  readonly changed: boolean;
  readonly code?: string;
  readonly message: string;
}

/** Exit 1 when a thread could not be resumed or a worker did not answer, 3 when there was none to resume. */
export async function resumeMany(
  workers: readonly Resumable[],
  selection: Selection,
  json: boolean,
): Promise<void> {
  const results: Result[] = [];
  for (const each of workers) results.push(...(await resumedOf(each, selection)));
  // Upstream's threads may have states and plans that are not ours.
  if (!results.some(({ index }) => index !== undefined)) checkNames(selection);
  if (results.length === 0) tell('no paused thread matches');
  if (json) answerJsonLines(results);
  else
    for (const { worker, message } of results)
      tell(oneLine(worker === undefined ? message : `${worker}: ${message}`));
  if (results.some(({ code }) => code !== undefined)) process.exitCode = exitCodes.failed;
  else if (!results.some(({ changed }) => changed)) process.exitCode = exitCodes.unchanged;
}

async function resumedOf(one: Resumable, selection: Selection): Promise<readonly Result[]> {
  const of = one.worker === undefined ? {} : { worker: one.worker };
  const failed = (thrown: unknown): Result => {
    if (!(thrown instanceof SealvisorError)) throw thrown;
    return { ...of, changed: false, code: thrown.code, message: thrown.message };
  };
  let views: readonly ThreadView[];
  try {
    views = await one.threads();
  } catch (thrown) {
    // For a single named worker, its error is the command's error.
    if (one.worker === undefined) throw thrown;
    return [failed(thrown)];
  }
  const results: Result[] = [];
  for (const { index } of selected(views, selection)) {
    const result = await one.resume(index).then(
      ({ changed, message }): Result => ({ ...of, index, changed, message }),
      (thrown: unknown): Result => ({ index, ...failed(thrown) }),
    );
    results.push(result);
  }
  return results;
}
