/** Looks through a pieces directory again and again: what is put there while the manager runs is picked up. */
import type { Service } from '../../actors/index.js';
import { idleClock, sleep } from '../../actors/system-clock.js';
import { faultFields } from '../../protocol/events/event.js';
import { type Emit, lineOf } from '../../protocol/events/table.js';
import type { FleetStore } from '../../store/fleet-store.js';
import { scanPieces } from './pieces.js';
import { settledFiles, settledMs } from './settled-files.js';

const everyMs = 2000;
/** A directory that takes long to look through is looked through less often: at most a tenth of the time. */
const restShare = 9;

export interface PieceWatch extends Service {
  /** Files that are still being written, as the last look saw them. */
  pending(): number;
}

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
  const { directory, sectorSize, store, onLook, isKnown = false } = options;
  const settled = settledFiles({ wall: () => Date.now(), steady: () => performance.now() });
  const ending = new AbortController();
  const said = new Set<string>();
  /** The same is not said at each look. */
  const emit: Emit = (event) => {
    const { message } = lineOf(event);
    if (!said.has(message)) options.emit(event);
    said.add(message);
  };
  let pending = 0;
  let timer: unknown;
  const look = async () => {
    const { signal } = ending;
    const found = await scanPieces({ directory, sectorSize, store, emit, signal, settled });
    pending = found.pending;
    const [first] = found.added;
    if (first !== undefined) options.emit({ event: 'pieces.found', count: found.added.length, first });
    return found.added;
  };
  const lookAgain = async () => {
    const startedMs = performance.now();
    try {
      const added = await look();
      onLook?.(added);
    } catch (error) {
      // Stopped in the middle of a look.
      if (ending.signal.aborted) return;
      emit({ event: 'pieces.notLookedAt', ...faultFields(error) });
    }
    plan(performance.now() - startedMs);
  };
  let looking: Promise<void> = Promise.resolve();
  const plan = (tookMs: number) => {
    if (ending.signal.aborted) return;
    timer = idleClock.setTimeout(
      () => {
        looking = lookAgain();
      },
      Math.max(everyMs, tookMs * restShare),
    );
  };
  if (isKnown) await lookAgain();
  else {
    await look();
    // What was copied here just now is one batch: it is not torn by a second.
    if (pending > 0) await sleep(settledMs);
    if (pending > 0) await look();
    plan(0);
  }
  return {
    pending: () => pending,
    stop: async () => {
      ending.abort();
      idleClock.clearTimeout(timer);
      await looking;
    },
  };
}
