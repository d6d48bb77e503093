/** Workers that appear, move, fall silent, return and are removed, as events. */
import type { Emit } from '../protocol/events/table.js';

/** Three reports of a worker that is set to the default. */
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

  /** `isAlone` false: another lives under that name, so that the address is now the one's, now the other's. */
  seen(worker: string, address: string, isAlone = true): void {
    const before = this.#workers.get(worker);
    if (isAlone || !before) this.#tell(worker, address, before);
    const nowMs = this.clock.now();
    // Who reports seldom is silent longer.
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
