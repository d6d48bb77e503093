/**
 * What was seen of sectors on the way to the manager behind this one. It is read when a call has been answered, and
 * written in batches: where that fails, what is asked is passed on all the same.
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

export interface Sightings {
  see(call: SeenCall): void;
  list(): readonly SeenSector[];
  /** @throws sector_not_found */
  view(id: SectorId): SeenSector;
  /** Oldest first. @throws sector_not_found */
  history(id: SectorId, limit: number): readonly SectorStep[];
  stop(): void;
}

const writeMs = 100;

export function sightings(
  store: UpstreamStore,
  { clock, emit }: { readonly clock: WallClock; readonly emit: Emit },
): Sightings {
  const book = new SeenBook(store, emit);
  const stopWriting = every(writeMs, () => book.write(), idleClock);
  const find = (id: SectorId): SeenEntry => {
    book.write();
    const entry = book.find(id);
    if (entry) return entry;
    throw new SealvisorError('sector_not_found', `nothing was seen of sector ${formatSectorId(id)} here yet`);
  };
  return {
    see: (call) => book.take(call, clock.now()),
    list: () => book.all().map(viewOf),
    view: (id) => viewOf(find(id)),
    history: (id, limit) => {
      find(id);
      return store.stepsOf(id.miner, id.number, limit).map(({ seq, at, method, worker, text }) => ({
        seq,
        at,
        kind: kindOf(method),
        method,
        worker,
        text,
      }));
    },
    stop: () => {
      stopWriting();
      book.write();
    },
  };
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
