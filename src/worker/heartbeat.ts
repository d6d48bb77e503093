/** Tells the manager about this worker, at once, each interval, and when something that matters has changed; a failure is said once, and so is its end. */
import { type Clock, systemClock } from '../actors/index.js';
import { messageOf } from '../protocol/errors.js';
import type { UsedNumber } from '../protocol/identity.js';
import type { Summary } from '../protocol/thread.js';
import type { WorkerLife } from '../protocol/worker-life.js';
import type { HeldSector } from './told-reports.js';

export interface HeartbeatOptions {
  readonly version: string;
  /** That of the moment: a reload changes it. */
  readonly intervalMs: () => number;
  readonly summary: () => Summary;
  readonly life: () => WorkerLife;
  /** The manager that its sectors are of, while another one answers; null while none does. @default null */
  readonly awaitsAdoption?: () => string | null;
  readonly usedNumbers?: () => Promise<readonly UsedNumber[]>;
  /** The sectors in hand, as the manager was told of them. */
  readonly held?: () => readonly HeldSector[];
  readonly ping: (report: WorkerReport) => Promise<unknown>;
  /** Calls the listener whenever something about the worker has changed; gives what ends that. @default never */
  readonly changes?: (listener: () => void) => () => void;
  readonly warn: (line: string) => void;
  /** Told what broke the heartbeat itself. */
  readonly fail?: (error: unknown) => void;
  /** @default the system's */
  readonly clock?: Clock;
}

/** `Venus.WorkerPing`'s parameter (docs/spec.md#rpc). */
export interface WorkerInfo {
  readonly Name: string;
  readonly Dest: string;
  readonly Version: string;
  /** Ours: upstream's managers ignore it. */
  readonly Life: WorkerLife;
  /** Ours: it takes no job here before an operator has said so, its sectors are of this other manager. */
  readonly SectorsOf?: string;
  /** Ours, too. */
  readonly UsedNumbers?: readonly UsedNumber[];
  readonly Held?: readonly HeldSector[];
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
const matters = ({ summary, life, awaitsAdoption }: HeartbeatOptions) => {
  const { threads, paused, errors } = summary();
  return [threads, paused, errors, life(), awaitsAdoption?.() ?? ''].join(' ');
};

/** `stop` says goodbye when the worker itself stops. Safe twice. */
export function startHeartbeat(options: HeartbeatOptions): { stop(): Promise<void> } {
  const { clock = systemClock } = options;
  let timer: unknown;
  let reported = '';
  let isStopped = false;
  let isBeating = false;
  let failures = 0;
  let beating: Promise<void> = Promise.resolve();
  const report = async (life: WorkerLife) => {
    reported = matters({ ...options, life: () => life });
    const used = options.usedNumbers ? { UsedNumbers: await options.usedNumbers() } : {};
    const held = options.held ? { Held: options.held() } : {};
    await options.ping({ ...reportOf(options, life), ...used, ...held });
  };
  const beat = async () => {
    isBeating = true;
    changes.looked();
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
    changes.look();
  };
  const run = () => {
    clock.clearTimeout(timer);
    beating = beat().catch((error: unknown) => options.fail?.(error));
  };
  const changes = looks(clock, () => {
    // A manager that is away is asked at its own pace.
    if (isBeating || failures > 0) return;
    if (matters(options) !== reported) run();
  });
  const unsubscribe = options.changes?.(changes.look);
  run();
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    isStopped = true;
    unsubscribe?.();
    changes.stop();
    clock.clearTimeout(timer);
    // Otherwise it broke by itself, and is started again: the worker goes on.
    if (options.life() !== 'stopping') return;
    await within(clock, goodbyeMs, async () => {
      await beating;
      if (failures === 0) await report('stopped');
    });
  };
  return {
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

function reportOf(options: HeartbeatOptions, life: WorkerLife): WorkerReport {
  const counts = options.summary();
  const sectorsOf = options.awaitsAdoption?.() ?? null;
  return {
    ...(sectorsOf === null ? {} : { SectorsOf: sectorsOf }),
    Version: options.version,
    Life: life,
    Summary: {
      Threads: counts.threads,
      Empty: counts.empty,
      Paused: counts.paused,
      Running: counts.running,
      Waiting: counts.waiting,
      Errors: counts.errors,
    },
  };
}

/** Has `act` look, once for all that changes within `leastGapMs`. */
function looks(clock: Clock, act: () => void) {
  let timer: unknown;
  let isStopped = false;
  let lastMs = Number.NEGATIVE_INFINITY;
  const looked = () => {
    lastMs = clock.now();
  };
  const now = () => {
    timer = undefined;
    looked();
    act();
  };
  return {
    looked,
    look: () => {
      if (timer !== undefined || isStopped) return;
      timer = clock.setTimeout(now, Math.max(0, leastGapMs - (clock.now() - lastMs)));
    },
    stop: () => {
      isStopped = true;
      clock.clearTimeout(timer);
    },
  };
}

/** Who cannot be told in time sees the last report grow old. */
async function within(clock: Clock, ms: number, act: () => Promise<void>): Promise<void> {
  let late: unknown;
  const isLate = new Promise<void>((resolve) => {
    late = clock.setTimeout(resolve, ms);
  });
  await Promise.race([act().catch(() => undefined), isLate]);
  clock.clearTimeout(late);
}
