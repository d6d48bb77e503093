/** Tells the manager about this worker, at once and then each interval; a failure is said once, and so is its end. */
import { type Clock, systemClock } from '../actors/index.js';
import { messageOf } from '../protocol/errors.js';
import type { UsedNumber } from '../protocol/identity.js';
import type { Summary } from '../protocol/thread.js';
import type { WorkerLife } from '../protocol/worker-life.js';

export interface HeartbeatOptions {
  readonly name: string;
  readonly dest: string;
  readonly version: string;
  /** That of the moment: a reload changes it. */
  readonly intervalMs: () => number;
  readonly summary: () => Summary;
  readonly life: () => WorkerLife;
  readonly usedNumbers?: () => Promise<readonly UsedNumber[]>;
  readonly ping: (info: WorkerInfo) => Promise<unknown>;
  readonly warn: (line: string) => void;
  /** Told what broke the heartbeat itself. */
  readonly fail?: (error: unknown) => void;
  /** @default the system's */
  readonly clock?: Clock;
}

/** `Venus.WorkerPing`'s parameter (SPEC section 6). */
export interface WorkerInfo {
  readonly Name: string;
  readonly Dest: string;
  readonly Version: string;
  /** Ours: managers of the field pass over it. */
  readonly Life: WorkerLife;
  /** Ours, too. */
  readonly UsedNumbers?: readonly UsedNumber[];
  readonly Summary: {
    readonly Threads: number;
    readonly Empty: number;
    readonly Paused: number;
    readonly Running: number;
    readonly Waiting: number;
    readonly Errors: number;
  };
}

const firstRetryMs = 500;

export function startHeartbeat(options: HeartbeatOptions): { stop(): void } {
  let timer: unknown;
  const { clock = systemClock } = options;
  let isStopped = false;
  let failures = 0;
  const beat = async () => {
    const counts = options.summary();
    try {
      await options.ping({
        Name: options.name,
        Dest: options.dest,
        Version: options.version,
        Life: options.life(),
        ...(options.usedNumbers ? { UsedNumbers: await options.usedNumbers() } : {}),
        Summary: {
          Threads: counts.threads,
          Empty: counts.empty,
          Paused: counts.paused,
          Running: counts.running,
          Waiting: counts.waiting,
          Errors: counts.errors,
        },
      });
      if (failures > 0 && !isStopped) options.warn('the manager answers again');
      failures = 0;
    } catch (thrown) {
      if (failures === 0 && !isStopped)
        options.warn(`${messageOf(thrown)}; threads without a sector wait, the worker keeps trying`);
      failures += 1;
    }
    if (isStopped) return;
    const retryMs = Math.min(firstRetryMs * 2 ** (failures - 1), options.intervalMs());
    timer = clock.setTimeout(run, failures > 0 ? retryMs : options.intervalMs());
  };
  const run = () => {
    beat().catch((error: unknown) => options.fail?.(error));
  };
  run();
  return {
    stop: () => {
      isStopped = true;
      clock.clearTimeout(timer);
    },
  };
}
