/** How long the loop of this process was held, and how much of that was its own work: on a busy machine it waits for a CPU. */
import { readFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';

/** CPU time of the main thread so far, ms: its first number; the second is how long it waited for a CPU. Undefined where the system does not tell. */
function scheduled(): { readonly cpuMs: number; readonly queuedMs: number } | undefined {
  try {
    const [cpu = 0, queued = 0] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8')
      .split(' ')
      .map(Number);
    return { cpuMs: cpu / 1e6, queuedMs: queued / 1e6 };
  } catch {
    return undefined;
  }
}

export interface Pause {
  readonly ms: number;
  /** Of them at work, and waiting for a CPU; the rest it waited for something else. */
  readonly cpuMs: number;
  readonly queuedMs: number;
}

const none: Pause = { ms: 0, cpuMs: 0, queuedMs: 0 };

/** Looks every 2 ms until `stop`. */
export function loopWatch() {
  let longest = none;
  let busiest = none;
  let at = performance.now();
  let before = scheduled();
  const timer = setInterval(() => {
    const now = performance.now();
    const after = scheduled();
    const pause = {
      ms: now - at,
      cpuMs: (after?.cpuMs ?? 0) - (before?.cpuMs ?? 0),
      queuedMs: (after?.queuedMs ?? 0) - (before?.queuedMs ?? 0),
    };
    if (pause.ms > longest.ms) longest = pause;
    if (pause.cpuMs > busiest.cpuMs) busiest = pause;
    at = performance.now();
    before = scheduled();
  }, 2);
  const stop = () => clearInterval(timer);
  onTestFinished(stop);
  return { stop, longest: () => longest, busiest: () => busiest };
}
