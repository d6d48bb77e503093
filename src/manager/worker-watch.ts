/** Emits events for workers that appear, move, become silent, return and are removed. */
import type { Emit } from '../protocol/events/table.js';

/** Least time without a report before a worker counts as silent, ms. */
const leastSilenceMs = 180_000;

interface Watched {
  readonly address: string;
  readonly lastMs: number;
  readonly timer: NodeJS.Timeout;
  isSilent: boolean;
}

const idleTimers = { now: () => performance.now(), setTimeout, clearTimeout };

export class WorkerWatch {
  readonly #workers = new Map<string, Watched>();

  constructor(
    private readonly emit: Emit,
    private readonly clock = idleTimers,
  ) {}

  /** `isAlone` false: another worker with that name is alive, so the address alternates and is no news. */
  seen(worker: string, address: string, isAlone = true): void {
    const before = this.#workers.get(worker);
    if (isAlone || !before) this.#tell(worker, address, before);
    const nowMs = this.clock.now();
    // A worker that reports rarely may be silent for longer.
    const silentMs = Math.max(leastSilenceMs, before && !before.isSilent ? 3 * (nowMs - before.lastMs) : 0);
    this.clock.clearTimeout(before?.timer);
    const timer = this.clock.setTimeout(() => {
      const lost = this.#workers.get(worker);
      if (lost) lost.isSilent = true;
      this.emit({ event: 'worker.silent', worker, address, silentMs });
    }, silentMs);
    timer.unref();
    this.#workers.set(worker, { address, lastMs: nowMs, timer, isSilent: false });
  }

  removed(worker: string): void {
    this.#forget(worker);
    this.emit({ event: 'worker.removed', worker });
  }

  stop(): void {
    for (const worker of this.#workers.keys()) this.#forget(worker);
  }

  #tell(worker: string, address: string, before: Watched | undefined): void {
    if (!before) this.emit({ event: 'worker.appeared', worker, address });
    else if (before.address !== address)
      this.emit({ event: 'worker.moved', worker, address, before: before.address });
    else if (before.isSilent) this.emit({ event: 'worker.returned', worker });
  }

  #forget(worker: string): void {
    this.clock.clearTimeout(this.#workers.get(worker)?.timer);
    this.#workers.delete(worker);
  }
}
