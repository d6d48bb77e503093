/** `worker list | restart`. Light: it must start in twice node's own time. */
import { SealvisorError } from '../../../src/protocol/errors.js';
import type { ControlReply, ThreadEstimate, ThreadView } from '../../../src/protocol/thread.js';
import type { WorkerView } from '../../../src/protocol/worker.js';
import { lifeLine } from '../../output/life-line.js';
import { answerControl, answerJson } from '../../output/say.js';
import { narrowTable, threadLine, wideSuffix } from '../../output/upstream-text.js';
import { watch } from '../../output/watch.js';
import { ask, operator, type ThreadOptions, threadPath, type Where } from './ask.js';

export async function list(options: Where & { wide?: boolean; watch?: boolean }): Promise<void> {
  await watch(options.watch === true, async () => {
    const isWide = options.wide === true && !options.json;
    const isWatched = options.watch === true && !options.json;
    const told = <T>(path: string, isMeant = isWide) => (isMeant ? toldBy<T>(options, path) : null);
    const [views, estimates, worker] = await Promise.all([
      ask<ThreadView[]>(options, 'GET', '/api/v1/threads'),
      told<ThreadEstimate[]>('/api/v1/estimates', isWide || isWatched),
      told<WorkerView>('/api/v1/worker'),
    ]);
    if (options.json) {
      answerJson(views);
      return null;
    }
    const now = Date.now();
    const wide = (view: ThreadView) =>
      wideSuffix(
        view,
        now,
        estimates?.find(({ index }) => index === view.index),
      );
    const lines = views.map((view) => threadLine(view, now) + (isWide ? wide(view) : ''));
    const life = isWide ? lifeLine(worker, now) : null;
    const narrow = narrowTable(views, estimates ?? []);
    return { text: lines.join('\n'), narrow, notes: life === null ? [] : [life] };
  });
}

/** Null if the worker does not answer it: an older version, or one in trouble. */
async function toldBy<T>(options: Where, path: string): Promise<T | null> {
  try {
    return await ask<T>(options, 'GET', path);
  } catch (thrown) {
    // The threads are shown: a missing extra does not make the list fail.
    if (thrown instanceof SealvisorError) return null;
    throw thrown;
  }
}

export async function restart(options: ThreadOptions): Promise<void> {
  const body = { reason: options.reason, by: operator() };
  const reply = await ask<ControlReply>(options, 'POST', `${threadPath(options.index)}/restart`, body);
  answerControl(reply, options.json === true);
}
