/** The sector service: allocates, deals, answers for the chain, and keeps what workers tell. */
import type { WallClock } from '../protocol/clock.js';
import { SealvisorError } from '../protocol/errors.js';
import type { Allocated, StateReport } from '../protocol/sealer.js';
import type { SectorReply, SectorView } from '../protocol/sealer-view.js';
import { formatSectorId, proofTypeOfNumber, proofTypeOfSize, type SectorId } from '../protocol/sector.js';
import type { FleetStore } from '../store/fleet-store.js';
import type { MockChain } from './chain.js';
import { type Lives, sectorChain } from './sector-chain.js';
import { dealOf, isHeld, isOver, lifeIn, newLife, packPieces, sectorView } from './sector-life.js';

export interface SectorsOptions {
  readonly store: FleetStore;
  readonly chain: MockChain;
  readonly clock: WallClock;
  readonly miner: number;
  readonly sectorSize: number;
  /** No sector is given while no piece waits. */
  readonly onlyWithDeals: boolean;
  /** No more sectors than this in all. */
  readonly limit: number;
}

export type Sectors = ReturnType<typeof sectorService>;

export function sectorService(options: SectorsOptions) {
  const { store, chain, clock, miner, sectorSize, onlyWithDeals, limit } = options;
  const proofType = proofTypeOfSize(sectorSize).proofType;
  const kept: Lives = {
    of: (id) => {
      const row = store.sector(id.miner, id.number);
      if (row) return lifeIn(row.body);
      throw new SealvisorError('sector_not_found', `sector ${formatSectorId(id)} was never allocated here`);
    },
    keep: (id, facts) => {
      const life = { ...kept.of(id), ...facts };
      store.putSector({ ...id, body: JSON.stringify(life) });
      return life;
    },
  };
  const lives = () =>
    store.sectors().map(({ miner: of, number, body }) => ({ id: { miner: of, number }, life: lifeIn(body) }));
  /** Pieces that fit and that no sector holds. A life is the one place that says so: one write, no half of two. */
  const waitingBeside = (all: ReturnType<typeof lives>) => {
    const held = new Set(
      all
        .filter(({ life }) => life.abortReason === null)
        .flatMap(({ life }) => life.deals ?? [])
        .map((deal) => deal.Piece.Cid['/']),
    );
    return store.pieces().filter((piece) => piece.paddedSize <= sectorSize && !held.has(piece.cid));
  };
  const waiting = () => waitingBeside(lives());

  return {
    allocate: (miners: readonly number[] | null, proofTypes: readonly number[] | null): Allocated | null => {
      if (miners && miners.length > 0 && !miners.includes(miner)) return null;
      if (proofTypes && proofTypes.length > 0 && !proofTypes.includes(proofType)) return null;
      const all = lives();
      const held = all.filter(({ life }) => isHeld(life, clock.now()));
      if (held.length >= limit) return null;
      // A sector that was given and has no deals yet will take some of those that wait.
      const open = held.filter(({ life }) => life.deals === null).length;
      if (onlyWithDeals && waitingBeside(all).length <= open) return null;
      const row = store.nextSector(miner, JSON.stringify(newLife(proofType, clock.now())));
      return { ID: { Miner: row.miner, Number: row.number }, ProofType: proofType };
    },
    acquireDeals: (id: SectorId, maxDeals: number | null, minUsedSpace: number | null) => {
      const life = kept.of(id);
      // The pieces of a sector that was given up are free, and may be another's by now.
      if (life.abortReason !== null) return null;
      if (life.deals) return life.deals;
      const chosen = packPieces(waiting(), proofTypeOfNumber(life.proofType).size, maxDeals);
      const used = chosen.reduce((sum, piece) => sum + piece.paddedSize, 0);
      if (chosen.length === 0 || used < (minUsedSpace ?? 0)) return null;
      const deals = chosen.map(dealOf);
      kept.keep(id, { deals });
      return deals;
    },
    ...sectorChain(kept, chain),
    submitPersisted: (id: SectorId, instance: string): boolean => {
      kept.keep(id, { persistedIn: instance });
      return true;
    },
    reportState: (id: SectorId, report: StateReport) => {
      const { StateChange, Worker: worker, Failure: failure } = report;
      const before = kept.of(id);
      const { finalized, abortReason } = isOver(before)
        ? before
        : kept.keep(id, { state: StateChange.Next, worker, failure });
      return {
        ID: { Miner: id.miner, Number: id.number },
        Finalized: finalized,
        AbortReason: abortReason ?? '',
      };
    },
    /** @throws state_not_possible for a sector that was given up here; its worker hears so with its reports */
    reportFinalized: (id: SectorId): void => {
      const { abortReason } = kept.of(id);
      if (abortReason !== null)
        throw new SealvisorError(
          'state_not_possible',
          `sector ${formatSectorId(id)} was given up (${abortReason}): it cannot be finalized; resume --state Aborted cleans it up`,
        );
      kept.keep(id, { state: 'Finished', finalized: true, failure: null });
    },
    /** The first reason counts: an abort told again, or of a sector that is done, changes nothing. */
    reportAborted: (id: SectorId, reason: string): void => {
      const { finalized, abortReason } = kept.of(id);
      if (!finalized) kept.keep(id, { state: 'Aborted', abortReason: abortReason ?? reason });
    },
    /** An operator gives a sector up: its worker hears so with whatever it asks next. @throws sector_not_found, state_not_possible */
    abort: (
      id: SectorId,
      asked: { readonly reason?: string | undefined; readonly by?: string | undefined },
    ): SectorReply => {
      const life = kept.of(id);
      const name = formatSectorId(id);
      if (life.finalized)
        throw new SealvisorError(
          'state_not_possible',
          `sector ${name} is finalized: it is proven, and cannot be given up`,
        );
      if (life.abortReason !== null) {
        const message = `sector ${name} was given up already: ${life.abortReason}`;
        return { ...sectorView(id, life), changed: false, message };
      }
      const by = asked.by ?? 'operator';
      const abortReason = asked.reason || `given up by ${by} at the manager`;
      const told = life.worker
        ? `${life.worker.Instance} hears it with its next report`
        : 'no worker has told of it yet';
      const message = `sector ${name} is given up: ${told}`;
      return { ...sectorView(id, kept.keep(id, { abortReason, abortedBy: by })), changed: true, message };
    },
    /** @throws sector_not_found */
    view: (id: SectorId): SectorView => sectorView(id, kept.of(id)),
    list: (): readonly SectorView[] => lives().map(({ id, life }) => sectorView(id, life)),
    lives,
    waiting,
  };
}
