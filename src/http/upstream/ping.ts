/** Has upstream's own list of workers go on: pings are answered here, and passed on beside that. */
import { idleClock } from '../../actors/system-clock.js';
import type { PassedOn } from '../../fleet/upstream-http.js';
import type { Emit } from '../../protocol/events/table.js';
import { shortText } from '../../protocol/some-of.js';
import type { RpcAnswer } from './calls.js';
import type { Pass } from './pass.js';

export interface PingPass {
  /** Returns at once. While the last one of that worker is on its way, the next is left out. */
  pass(request: Omit<PassedOn, 'signal'>, worker: string): void;
}

const timeoutMs = 15_000;
const longestError = 500;
const mostAtOnce = 200;

export function pingPass(pass: Pass, emit: Emit): PingPass {
  const underWay = new Set<string>();
  /** How upstream took the last one: said once a change. Whether it answers at all is said for all calls together. */
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
          // One of less than that may be an error all the same: it is looked at.
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
