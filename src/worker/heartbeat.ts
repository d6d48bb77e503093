/** Reports this worker to the manager: at start, each interval, and on important changes. An outage and its end are logged once. */
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
  /** The current interval: a reload changes it. */
  readonly intervalMs: () => number;
  readonly summary: () => Summary;
  readonly life: () => WorkerLife;
  /** The manager that gave the worker its sectors, while another one answers; otherwise null. @default null */
  readonly awaitsAdoption?: () => string | null;
  readonly usedNumbers?: () => Promise<readonly UsedNumber[]>;
  /** The current sectors, as last reported to the manager. */
  readonly held?: () => readonly HeldSector[];
  readonly ping: (report: WorkerReport) => Promise<unknown>;
  /** Calls the listener when something about the worker has changed; returns the unsubscribe function. @default never */
  readonly changes?: (listener: () => void) => () => void;
  readonly emit: Emit;
  /** Called with an error in the heartbeat itself. */
  readonly fail?: (error: unknown) => void;
  /** @default the system's */
  readonly clock?: Clock;
}

/** The ping without the fields that depend on how the manager is reached. */
export type WorkerReport = Omit<WorkerPing, 'Name' | 'Dest'>;

const firstRetryMs = 500;
/** The shortest time between two checks for changes: what changes within it goes into one report. */
const leastGapMs = 1000;
const goodbyeMs = 1000;

/** What a report says of the worker itself, read once per report. */
interface Facts {
  readonly summary: Summary;
  readonly life: WorkerLife;
  readonly sectorsOf: string | null;
}

/** What is reported without waiting for the interval when it changes: a pause, an error, a failed thread, a cordon, a stop. */
const matters = ({ summary: { threads, paused, errors }, life, sectorsOf }: Facts) =>
  [threads, paused, errors, life, sectorsOf ?? ''].join(' ');

/** `stop` sends a last report if the worker itself is stopping. Safe twice. */
export function startHeartbeat(options: HeartbeatOptions): { stop(): Promise<void> } {
  const heartbeat = new Heartbeat(options);
  return { stop: () => heartbeat.stop() };
}

class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #clock: Clock;
  readonly #changes: ReturnType<typeof looks>;
  readonly #unsubscribe: (() => void) | undefined;
  #timer: unknown;
  #reported = '';
  #isStopped = false;
  #isBeating = false;
  /** Something changed while a report was being sent. */
  #hasMissed = false;
  #failures = 0;
  #beating: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#changes = looks(this.#clock, () => this.#look());
    this.#unsubscribe = options.changes?.(this.#changes.look);
    this.#run();
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#end();
    return this.#stopping;
  }

  #run(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#beating = this.#beat().catch((error: unknown) => this.#options.fail?.(error));
  }

  async #beat(): Promise<void> {
    const { emit, intervalMs } = this.#options;
    this.#isBeating = true;
    this.#hasMissed = false;
    this.#changes.looked();
    try {
      await this.#report(this.#factsNow());
      if (this.#failures > 0 && !this.#isStopped) emit({ event: 'manager.answersAgain' });
      this.#failures = 0;
    } catch (thrown) {
      if (this.#failures === 0 && !this.#isStopped)
        emit({ event: 'manager.unreachable', ...faultFields(thrown) });
      this.#failures += 1;
    }
    this.#isBeating = false;
    if (this.#isStopped) return;
    const maxMs = intervalMs();
    const retryMs = backoffMs({ minMs: firstRetryMs, maxMs, jitter: 0 }, this.#failures, 0);
    this.#timer = this.#clock.setTimeout(() => this.#run(), this.#failures > 0 ? retryMs : maxMs);
    if (this.#hasMissed) this.#changes.look();
  }

  #look(): void {
    if (this.#isBeating) this.#hasMissed = true;
    // While the manager is unreachable, only the backoff decides when to try again.
    if (this.#isBeating || this.#failures > 0) return;
    if (matters(this.#factsNow()) !== this.#reported) this.#run();
  }

  #factsNow(life = this.#options.life()): Facts {
    const { summary, awaitsAdoption } = this.#options;
    return { summary: summary(), life, sectorsOf: awaitsAdoption?.() ?? null };
  }

  async #report(facts: Facts): Promise<void> {
    const { version, usedNumbers, held, ping } = this.#options;
    this.#reported = matters(facts);
    const used = usedNumbers ? { UsedNumbers: await usedNumbers() } : {};
    const named = held ? { Held: held() } : {};
    await ping({ ...reportOf(version, facts), ...used, ...named });
  }

  async #end(): Promise<void> {
    this.#isStopped = true;
    this.#unsubscribe?.();
    this.#changes.stop();
    this.#clock.clearTimeout(this.#timer);
    // Otherwise the heartbeat itself failed and is restarted: the worker continues.
    if (this.#options.life() !== 'stopping') return;
    await within(this.#clock, goodbyeMs, async () => {
      await this.#beating;
      if (this.#failures === 0) await this.#report(this.#factsNow('stopped'));
    });
  }
}

function reportOf(version: string, { summary, life, sectorsOf }: Facts): WorkerReport {
  return {
    ...(sectorsOf === null ? {} : { SectorsOf: sectorsOf }),
    Version: version,
    Life: life,
    Summary: wireSummary(summary),
  };
}

/** Calls `act` once for all changes within `leastGapMs`. */
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

/** Waits for `act`, up to `ms`; its failure is ignored: the manager then sees the last report grow old. */
async function within(clock: Clock, ms: number, act: () => Promise<void>): Promise<void> {
  let late: unknown;
  const isLate = new Promise<void>((resolve) => {
    late = clock.setTimeout(resolve, ms);
  });
  await Promise.race([act().catch(() => undefined), isLate]);
  clock.clearTimeout(late);
}
