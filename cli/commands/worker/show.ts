/** `worker show | why`: one thread in detail, and the reasons of threads that need a person. */
import { SealvisorError } from '../../../src/protocol/errors.js';
import { needsPerson } from '../../../src/protocol/text/needs-person.js';
import { whyNotWorking } from '../../../src/protocol/text/why.js';
import type { Estimate, HistoryRow, ThreadView } from '../../../src/protocol/thread.js';
import type { WorkerView } from '../../../src/protocol/worker.js';
import { answer, answerJson, tell } from '../../output/say.js';
import { showText } from '../../output/show-text.js';
import { ask, baseOf, isUpstream, threadPath, type Where } from './ask.js';

interface Options extends Where {
  readonly index: number;
}

export async function show(options: Options): Promise<void> {
  const path = threadPath(options.index);
  const view = await ask<ThreadView>(options, 'GET', path);
  const base = await baseOf(options);
  if (isUpstream(base)) {
    // It offers only its list of threads.
    if (options.json) return answerJson({ ...view, estimate: null });
    tell(`${new URL(base).host} is an upstream worker: it has no estimate and no history`);
    return answer(showText(view, { stage: null, sector: null }, [], Date.now()));
  }
  const estimate = await ask<Estimate>(options, 'GET', `${path}/estimate`);
  if (options.json) return answerJson({ ...view, estimate });
  const rows = await ask<HistoryRow[]>(options, 'GET', `${path}/history?limit=5`);
  answer(showText(view, estimate, rows, Date.now()));
}

/** One thread's sentence; without an index those of all threads that need a person. */
export async function why(options: Where & { readonly index?: number }): Promise<void> {
  const { index } = options;
  return index === undefined ? whyAll(options) : whyOne({ ...options, index });
}

async function whyOne(options: Options): Promise<void> {
  const path = threadPath(options.index);
  const [view, worker, estimate] = await Promise.all([
    ask<ThreadView>(options, 'GET', path),
    ask<WorkerView>(options, 'GET', '/api/v1/worker').catch(nothingTold),
    ask<Estimate>(options, 'GET', `${path}/estimate`).catch(nothingTold),
  ]);
  const sentence = whyNotWorking(view, worker, Date.now(), estimate?.stage ?? null);
  if (options.json) answerJson({ index: view.index, mode: view.mode, why: sentence });
  else answer(sentence);
}

async function whyAll(options: Where): Promise<void> {
  const [views, worker] = await Promise.all([
    ask<ThreadView[]>(options, 'GET', '/api/v1/threads'),
    ask<WorkerView>(options, 'GET', '/api/v1/worker').catch(nothingTold),
  ]);
  const nowMs = Date.now();
  const found = views
    .filter((view) => needsPerson(view, worker))
    .map((view) => ({ index: view.index, mode: view.mode, why: whyNotWorking(view, worker, nowMs) }));
  if (options.json) return answerJson(found);
  if (found.length > 0) return answer(found.map(({ why: sentence }) => sentence).join('\n'));
  answer(`none of ${views.length} thread${views.length === 1 ? '' : 's'} needs attention`);
}

/** The sentence is then made without the worker's facts: the thread's own are enough. */
function nothingTold(thrown: unknown): null {
  if (thrown instanceof SealvisorError) return null;
  throw thrown;
}
