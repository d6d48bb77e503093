/** Looks through a pieces directory again and again: what is put there while the manager runs is picked up. */
import type { Service } from '../../actors/index.js';
import { idleClock, sleep } from '../../actors/system-clock.js';
import { faultFields } from '../../protocol/events/event.js';
import { type Emit, lineOf } from '../../protocol/events/table.js';
import type { FleetStore } from '../../store/fleet-store.js';
import { scanPieces } from './pieces.js';
import { SettledFiles, settledMs } from './settled-files.js';

const everyMs = 2000;
/** A directory that takes long to look through is looked through less often: at most a tenth of the time. */
const restShare = 9;

export interface PieceWatchOptions {
  readonly directory: string;
  readonly sectorSize: number;
  readonly store: FleetStore;
  readonly emit: Emit;
  /** The directory was read before: that it cannot be read now is a warning, as in a later look. @default false */
  readonly isKnown?: boolean;
  /** After each look except the first: paths of the pieces that it found. */
  readonly onLook?: ((added: readonly string[]) => void) | undefined;
}

/** The first look is done when it resolves. @throws usage when the directory cannot be read then */
export async function watchPieces(options: PieceWatchOptions): Promise<PieceWatch> {
  const watch = new PieceWatch(options);
  await watch.start();
  return watch;
}

export class PieceWatch implements Service {
  readonly #settled = new SettledFiles({ wall: () => Date.now(), steady: () => performance.now() });
  readonly #ending = new AbortController();
  /** Texts that were logged: the same is not said at each look. */
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
    // What was copied here just now is one batch: it is not torn by a second.
    if (this.#pending > 0) await sleep(settledMs);
    if (this.#pending > 0) await this.#look();
    this.#plan(0);
  }

  /** Files that are still being written, as the last look saw them. */
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
      // Stopped in the middle of a look.
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
