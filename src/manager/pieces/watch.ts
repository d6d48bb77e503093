/** Scans a pieces directory periodically, so that files added while the manager runs are picked up. */
import type { Service } from '../../actors/index.js';
import { idleClock, sleep } from '../../actors/system-clock.js';
import { faultFields } from '../../protocol/events/event.js';
import { type Emit, lineOf } from '../../protocol/events/table.js';
import type { FleetStore } from '../../store/fleet-store.js';
import { scanPieces } from './pieces.js';
import { SettledFiles, settledMs } from './settled-files.js';

const everyMs = 2000;
/** Rest after a scan, as a multiple of its duration: scans take at most a tenth of the time. */
const restShare = 9;

export interface PieceWatchOptions {
  readonly directory: string;
  readonly sectorSize: number;
  readonly store: FleetStore;
  readonly emit: Emit;
  /** The directory was read before: if it cannot be read now, that is a warning, as in later scans. @default false */
  readonly isKnown?: boolean;
  /** Called after each scan, except those of a start without `isKnown`, with the paths of new pieces. */
  readonly onLook?: ((added: readonly string[]) => void) | undefined;
}

/** Resolves when the first scan is done. @throws usage if the directory cannot be read then, without `isKnown` */
export async function watchPieces(options: PieceWatchOptions): Promise<PieceWatch> {
  const watch = new PieceWatch(options);
  await watch.start();
  return watch;
}

export class PieceWatch implements Service {
  readonly #settled = new SettledFiles({ wall: () => Date.now(), steady: () => performance.now() });
  readonly #ending = new AbortController();
  /** Messages that were emitted: each is emitted once, not at every scan. */
  readonly #said = new Set<string>();
  #pending = 0;
  #timer: unknown;
  #looking: Promise<void> = Promise.resolve();

  constructor(private readonly options: PieceWatchOptions) {}

  async start(): Promise<void> {
    if (this.options.isKnown) {
      await this.#lookAgain();
      return;
    }
    await this.#look();
    // Files that were just copied here are one batch: wait, so that they are found together.
    if (this.#pending > 0) await sleep(settledMs);
    if (this.#pending > 0) await this.#look();
    this.#plan(0);
  }

  /** How many files were still being written at the last scan. */
  pending(): number {
    return this.#pending;
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    idleClock.clearTimeout(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<readonly string[]> {
    const { directory, sectorSize, store } = this.options;
    const found = await scanPieces({
      ...{ directory, sectorSize, store, settled: this.#settled, signal: this.#ending.signal },
      emit: (event) => this.#emitOnce(event),
    });
    this.#pending = found.pending;
    const [first] = found.added;
    if (first !== undefined) this.options.emit({ event: 'pieces.found', count: found.added.length, first });
    return found.added;
  }

  async #lookAgain(): Promise<void> {
    const startedMs = performance.now();
    try {
      const added = await this.#look();
      this.options.onLook?.(added);
    } catch (error) {
      // The watch was stopped during a scan.
      if (this.#ending.signal.aborted) return;
      this.#emitOnce({ event: 'pieces.notLookedAt', ...faultFields(error) });
    }
    this.#plan(performance.now() - startedMs);
  }

  #plan(tookMs: number): void {
    if (this.#ending.signal.aborted) return;
    this.#timer = idleClock.setTimeout(
      () => {
        this.#looking = this.#lookAgain();
      },
      Math.max(everyMs, tookMs * restShare),
    );
  }

  #emitOnce(event: Parameters<Emit>[0]): void {
    const { message } = lineOf(event);
    if (!this.#said.has(message)) this.options.emit(event);
    this.#said.add(message);
  }
}
