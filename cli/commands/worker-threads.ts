/** `worker list | restart`. Light: it must start in twice node's own time. */
import { SealvisorError } from '../../src/protocol/errors.js';
import type { ControlReply, ThreadView } from '../../src/protocol/thread.js';
import type { WorkerView } from '../../src/protocol/worker.js';
import { threadLine, wideSuffix } from '../output/field-text.js';
import { lifeLine } from '../output/life-line.js';
import { answerControl, answerJson } from '../output/say.js';
import { watch } from '../output/watch.js';
import { ask, operator, type ThreadOptions, threadPath, type Where } from './worker-ask.js';

export async function list(options: Where & { wide?: boolean; watch?: boolean }): Promise<void> {
  await watch(options.watch === true, async () => {
    const views = await ask<ThreadView[]>(options, 'GET', '/api/v1/threads');
    if (options.json) {
      answerJson(views);
      return null;
    }
    const now = Date.now();
    const lines = views.map((view) => threadLine(view, now) + (options.wide ? wideSuffix(view, now) : ''));
    const life = options.wide ? lifeLine(await workerView(options), now) : null;
    return { text: lines.join('\n'), notes: life === null ? [] : [life] };
  });
}

/** Null for a worker that tells nothing of itself. */
async function workerView(options: Where): Promise<WorkerView | null> {
  try {
    return await ask<WorkerView>(options, 'GET', '/api/v1/worker');
  } catch (thrown) {
    // The threads were shown: that the rest is not known is no failure of the list.
    if (thrown instanceof SealvisorError) return null;
    throw thrown;
  }
}

export async function restart(options: ThreadOptions): Promise<void> {
  const body = { reason: options.reason, by: operator() };
  const reply = await ask<ControlReply>(options, 'POST', `${threadPath(options.index)}/restart`, body);
  answerControl(reply, options.json === true);
}
