/** Tells the manager about this worker, at once, each interval, and when something that matters has changed; a failure is said once, and so is its end. */
import { backoffMs } from '../actors/backoff.js';
import { type Clock, systemClock } from '../actors/index.js';
import { faultFields } from '../protocol/events/event.js';
import type { Emit } from '../protocol/events/table.js';
import type { UsedNumber } from '../protocol/identity.js';
import { type HeldSector, type WorkerPing, wireSummary } from '../protocol/ping.js';
import type { Summary } from '../protocol/thread.js';
import type { WorkerLife } from '../protocol/worker-life.js';

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
  readonly emit: Emit;
  /** Told what broke the heartbeat itself. */
  readonly fail?: (error: unknown) => void;
  /** @default the system's */
  readonly clock?: Clock;
}

/** Without what depends on how the manager is reached. */
export type WorkerReport = Omit<WorkerPing, 'Name' | 'Dest'>;

const firstRetryMs = 500;
/** What changes in one moment is one report. */
const leastGapMs = 1000;
const goodbyeMs = 1000;

/** What is said of the worker itself, looked at once for a report. */
interface Facts {
  readonly summary: Summary;
  readonly life: WorkerLife;
  readonly sectorsOf: string | null;
}

/** What is reported at once when it changes: a pause, an error, a thread that failed, a cordon, a stop. */
const matters = ({ summary: { threads, paused, errors }, life, sectorsOf }: Facts) =>
  [threads, paused, errors, life, sectorsOf ?? ''].join(' ');

/** `stop` says goodbye when the worker itself stops. Safe twice. */
export function startHeartbeat(options: HeartbeatOptions): { stop(): Promise<void> } {
  const { clock = systemClock } = options;
  let timer: unknown;
  let reported = '';
  let isStopped = false;
  let isBeating = false;
  /** Something has changed while a report was under way. */
  let hasMissed = false;
  let failures = 0;
  let beating: Promise<void> = Promise.resolve();
  const factsNow = (life = options.life()): Facts => ({
    summary: options.summary(),
    life,
    sectorsOf: options.awaitsAdoption?.() ?? null,
  });
  const report = async (facts: Facts) => {
    reported = matters(facts);
    const used = options.usedNumbers ? { UsedNumbers: await options.usedNumbers() } : {};
    const held = options.held ? { Held: options.held() } : {};
    await options.ping({ ...reportOf(options.version, facts), ...used, ...held });
  };
  const beat = async () => {
    isBeating = true;
    hasMissed = false;
    changes.looked();
    try {
      await report(factsNow());
      if (failures > 0 && !isStopped) options.emit({ event: 'manager.answersAgain' });
      failures = 0;
    } catch (thrown) {
      if (failures === 0 && !isStopped)
        options.emit({ event: 'manager.unreachable', ...faultFields(thrown) });
      failures += 1;
    }
    isBeating = false;
    if (isStopped) return;
    const maxMs = options.intervalMs();
    const retryMs = backoffMs({ minMs: firstRetryMs, maxMs, jitter: 0 }, failures, 0);
    timer = clock.setTimeout(run, failures > 0 ? retryMs : maxMs);
    if (hasMissed) changes.look();
  };
  const run = () => {
    clock.clearTimeout(timer);
    beating = beat().catch((error: unknown) => options.fail?.(error));
  };
  const changes = looks(clock, () => {
    if (isBeating) hasMissed = true;
    // A manager that is away is asked at its own pace.
    if (isBeating || failures > 0) return;
    if (matters(factsNow()) !== reported) run();
  });
  const unsubscribe = options.changes?.(changes.look);
  run();
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    isStopped = true;
    unsubscribe?.();
    changes.stop();
    clock.clearTimeout(timer);
    // Otherwise it broke by itself, and is started again: the worker continues.
    if (options.life() !== 'stopping') return;
    await within(clock, goodbyeMs, async () => {
      await beating;
      if (failures === 0) await report(factsNow('stopped'));
    });
  };
  return {
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

function reportOf(version: string, { summary, life, sectorsOf }: Facts): WorkerReport {
  return {
    ...(sectorsOf === null ? {} : { SectorsOf: sectorsOf }),
    Version: version,
    Life: life,
    Summary: wireSummary(summary),
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
