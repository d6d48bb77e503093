/** Keeps upstream's own list of workers current: pings are answered here and also passed on. */
import { idleClock } from '../../actors/system-clock.js';
import type { PassedOn } from '../../fleet/upstream-http.js';
import type { Emit } from '../../protocol/events/table.js';
import { shortText } from '../../protocol/some-of.js';
import type { RpcAnswer } from './calls.js';
import type { Pass } from './pass.js';

export interface PingPass {
  /** Returns at once. While the worker's previous ping is in flight, the next is dropped. */
  pass(request: Omit<PassedOn, 'signal'>, worker: string): void;
}

const timeoutMs = 15_000;
const longestError = 500;
const mostAtOnce = 200;

export function pingPass(pass: Pass, emit: Emit): PingPass {
  const underWay = new Set<string>();
  /**
   * Why upstream refused the last ping; null = it did not. Emitted on changes only. Whether upstream answers at all
   * is reported for all calls together.
   */
  let refusal: string | null = null;
  const took = (to: string | null) => {
    if (to === refusal) return;
    if (to === null) emit({ event: 'upstream.pingsTaken' });
    else emit({ event: 'upstream.pingsRefused', reason: to });
    refusal = to;
  };
  return {
    pass: (request, worker) => {
      if (underWay.has(worker) || underWay.size >= mostAtOnce) return;
      underWay.add(worker);
      const late = new AbortController();
      const timer = idleClock.setTimeout(() => late.abort(), timeoutMs);
      const { signal } = late;
      const onAnswer = (answer: RpcAnswer) =>
        took('error' in answer ? shortText(answer.error, longestError) : null);
      void pass({ ...request, signal }, { label: 'Venus.WorkerPing', onAnswer })
        .then(({ status, rest }) => {
          rest?.destroy();
          // A lower status may still carry an error: `onAnswer` checks it.
          if (status >= 400) took(`HTTP ${status}`);
        })
        .catch(() => {
          if (signal.aborted) took(`no answer within ${timeoutMs / 1000} s`);
        })
        .finally(() => {
          idleClock.clearTimeout(timer);
          underWay.delete(worker);
        });
    },
  };
}
