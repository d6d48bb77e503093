/** Tells the manager about this worker, at once, each interval, and when something that matters has changed; a failure is said once, and so is its end. */
import { type Clock, systemClock } from '../actors/index.js';
import { messageOf } from '../protocol/errors.js';
import type { UsedNumber } from '../protocol/identity.js';
import type { Summary } from '../protocol/thread.js';
import type { WorkerLife } from '../protocol/worker-life.js';

export interface HeartbeatOptions {
  readonly version: string;
  /** That of the moment: a reload changes it. */
  readonly intervalMs: () => number;
  readonly summary: () => Summary;
  readonly life: () => WorkerLife;
  readonly usedNumbers?: () => Promise<readonly UsedNumber[]>;
  readonly ping: (report: WorkerReport) => Promise<unknown>;
  /** Calls the listener whenever something about the worker has changed; gives what ends that. @default never */
  readonly changes?: (listener: () => void) => () => void;
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

/** Without what depends on how the manager is reached. */
export type WorkerReport = Omit<WorkerInfo, 'Name' | 'Dest'>;

const firstRetryMs = 500;
/** What changes in one moment is one report. */
const leastGapMs = 1000;
const goodbyeMs = 1000;

/** What is reported at once when it changes: a pause, an error, a thread that failed, a cordon, a stop. */
const matters = ({ threads, paused, errors }: Summary, life: WorkerLife) =>
  [threads, paused, errors, life].join(' ');

/** `stop` says goodbye when the worker itself stops. Safe twice. */
export function startHeartbeat(options: HeartbeatOptions): { stop(): Promise<void> } {
  const { clock = systemClock } = options;
  let timer: unknown;
  let look: unknown;
  let lastMs = Number.NEGATIVE_INFINITY;
  let reported = '';
  let isStopped = false;
  let failures = 0;
  let isBeating = false;
  let beating: Promise<void> = Promise.resolve();
  const report = async (life: WorkerLife) => {
    const counts = options.summary();
    reported = matters(counts, life);
    await options.ping({
      Version: options.version,
      Life: life,
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
  };
  const beat = async () => {
    lastMs = clock.now();
    isBeating = true;
    try {
      await report(options.life());
      if (failures > 0 && !isStopped) options.warn('the manager answers again');
      failures = 0;
    } catch (thrown) {
      if (failures === 0 && !isStopped)
        options.warn(`${messageOf(thrown)}; threads without a sector wait, the worker keeps trying`);
      failures += 1;
    }
    isBeating = false;
    if (isStopped) return;
    const retryMs = Math.min(firstRetryMs * 2 ** (failures - 1), options.intervalMs());
    timer = clock.setTimeout(run, failures > 0 ? retryMs : options.intervalMs());
    // What has changed while it was under way.
    onChange();
  };
  const run = () => {
    clock.clearTimeout(timer);
    beating = beat().catch((error: unknown) => options.fail?.(error));
  };
  const onChange = () => {
    if (look !== undefined || isStopped) return;
    const sinceMs = clock.now() - lastMs;
    look = clock.setTimeout(
      () => {
        look = undefined;
        lookNow();
      },
      Math.max(0, leastGapMs - sinceMs),
    );
  };
  const lookNow = () => {
    // A manager that is away is asked at its own pace.
    if (isStopped || isBeating || failures > 0) return;
    lastMs = clock.now();
    if (matters(options.summary(), options.life()) !== reported) run();
  };
  const unsubscribe = options.changes?.(onChange);
  const goodbye = async () => {
    await beating;
    if (failures === 0) await report('stopped');
  };
  run();
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    isStopped = true;
    unsubscribe?.();
    for (const each of [timer, look]) clock.clearTimeout(each);
    // It broke by itself, and is started again: the worker goes on.
    if (options.life() !== 'stopping') return;
    let late: unknown;
    const isLate = new Promise<void>((resolve) => {
      late = clock.setTimeout(resolve, goodbyeMs);
    });
    // Who cannot be told sees the last report grow old.
    await Promise.race([goodbye().catch(() => undefined), isLate]);
    clock.clearTimeout(late);
  };
  return {
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}
