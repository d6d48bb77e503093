/**
 * What was seen of sectors in calls to the manager behind this one. It is read after a call has been answered, and
 * written in batches: if a write fails, calls are still passed on.
 */
import { every, idleClock } from '../../actors/system-clock.js';
import { timestamp, type WallClock } from '../../protocol/clock.js';
import { SealvisorError } from '../../protocol/errors.js';
import type { Emit } from '../../protocol/events/table.js';
import { formatSectorId, type SectorId } from '../../protocol/sector.js';
import type { SectorStep, SeenSector } from '../../protocol/seen-sector.js';
import type { UpstreamStore } from '../../store/upstream-store.js';
import { SeenBook, type SeenEntry } from './seen-book.js';
import type { SeenCall } from './sighting.js';

const writeMs = 100;

export class Sightings {
  readonly #book: SeenBook;
  readonly #clock: WallClock;
  readonly #stopWriting: () => void;

  constructor(
    private readonly store: UpstreamStore,
    { clock, emit }: { readonly clock: WallClock; readonly emit: Emit },
  ) {
    const book = new SeenBook(store, emit);
    this.#book = book;
    this.#clock = clock;
    this.#stopWriting = every(writeMs, () => book.write(), idleClock);
  }

  see(call: SeenCall): void {
    this.#book.take(call, this.#clock.now());
  }

  list(): readonly SeenSector[] {
    return this.#book.all().map(viewOf);
  }

  /** @throws sector_not_found */
  view(id: SectorId): SeenSector {
    return viewOf(this.#find(id));
  }

  /** Oldest first. @throws sector_not_found */
  history(id: SectorId, limit: number): readonly SectorStep[] {
    this.#find(id);
    const steps = this.store.stepsOf(id.miner, id.number, limit);
    return steps.map(({ seq, at, method, worker, text }) => ({
      seq,
      at,
      kind: kindOf(method),
      method,
      worker,
      text,
    }));
  }

  stop(): void {
    this.#stopWriting();
    this.#book.write();
  }

  /** @throws sector_not_found */
  #find(id: SectorId): SeenEntry {
    this.#book.write();
    const entry = this.#book.find(id);
    if (entry) return entry;
    throw new SealvisorError('sector_not_found', `nothing was seen of sector ${formatSectorId(id)} here yet`);
  }
}

function kindOf(method: string): SectorStep['kind'] {
  if (method.startsWith('Report')) return 'report';
  return method.startsWith('Allocate') ? 'given' : 'call';
}

function viewOf({ id, sighting }: SeenEntry): SeenSector {
  const { abortReason, firstMs, heardMs, state, ...facts } = sighting;
  return {
    id: formatSectorId(id),
    ...id,
    ...facts,
    state: state === '' ? 'unknown' : state,
    abort: abortReason === null ? null : { reason: abortReason, by: facts.worker?.name ?? 'upstream' },
    observed: true,
    firstSeenAt: timestamp(firstMs),
    heardAt: timestamp(heardMs),
  };
}
