/** `util worker resume`: one thread of a worker, or many threads of one worker or of all. */
import { SealvisorError } from '../../../src/protocol/errors.js';
import type { DryRun } from '../../../src/protocol/thread.js';
import type { WorkerEntry } from '../../../src/protocol/worker-entry.js';
import { answerDryRun } from '../../output/dry-run.js';
import { answerControl } from '../../output/say.js';
import { abortMeant, isAbort, tellWarning } from '../abort-sector.js';
import { isSelection, type Resumable, resumeMany, type Selection } from '../resume-many.js';
import { askManager } from './ask.js';
import { asked, type Options, type ReachedWorker, threadOf, workerAt, workerOf } from './workers.js';

export interface ResumeOptions extends Options, Selection {
  readonly allWorkers?: boolean;
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly yes?: boolean;
}

/** Resumes one thread or the selected ones; a dry run shows what a resume would do: exit 1 if it would be refused. */
export async function resume(
  name: string | undefined,
  index: string | undefined,
  state: string | undefined,
  options: ResumeOptions,
): Promise<void> {
  const { dryRun, force, allWorkers, json = false } = options;
  const selection = { ...options, all: options.all === true || allWorkers === true };
  if (isSelection(selection, { '<index>': index, '<state>': state, '--dry-run': dryRun }))
    return resumeMany(await workersMeant(name, options), selection, json);
  if (name === undefined || index === undefined)
    throw new SealvisorError(
      'usage',
      'name a worker and the index of its thread, as `info` shows it, or use <worker> --all or --all-workers',
    );
  const thread = threadOf(index);
  const worker = workerOf(name, options);
  const preview = async () =>
    // The answer to a dry run contains only what it would do (docs/spec.md#thread-view).
    (await worker.command(
      thread,
      'resume',
      asked({ state, dryRun: true, force }, options),
    )) as unknown as DryRun;
  if (dryRun) return answerDryRun(thread, await preview(), json);
  const before = { thread: () => worker.thread(thread), dryRun: preview };
  const meant = isAbort(state) ? await abortMeant(before, options.yes) : {};
  if (meant === undefined) return;
  const request = { state, force, ifRevision: meant.revision };
  const reply = await worker.command(thread, 'resume', asked(request, options));
  answerControl(reply, json);
  tellWarning(meant, reply);
}

/** @throws usage */
async function workersMeant(name: string | undefined, options: ResumeOptions): Promise<readonly Resumable[]> {
  const of = ({ threads, command }: ReachedWorker, worker?: string): Resumable => ({
    ...(worker === undefined ? {} : { worker }),
    threads,
    resume: (index) => command(index, 'resume', asked({ force: options.force }, options)),
  });
  if (options.allWorkers !== true) {
    if (name !== undefined) return [of(workerOf(name, options))];
    throw new SealvisorError('usage', 'name a worker, as `list` shows it, or use --all-workers');
  }
  if (name !== undefined)
    throw new SealvisorError('usage', `--all-workers means every worker: leave out ${name}`);
  const workers = await askManager<readonly WorkerEntry[]>(options, 'GET', '/workers');
  // Of several workers with one name only the living one answers: it is called once.
  const names = new Set(workers.map(({ name: own, label = own }) => label));
  return [...names].map((each) => of(workerAt(each, options), each));
}
