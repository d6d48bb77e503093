/** The sector service: allocates, deals, answers for the chain, and keeps what workers tell. */
import type { WallClock } from '../../protocol/clock.js';
import type { Emit } from '../../protocol/events/table.js';
import type { StateReport, Verdict } from '../../protocol/sealer.js';
import type { SectorView } from '../../protocol/sealer-view.js';
import { proofTypeOfKind, proofTypeOfNumber, proofTypeOfSize, type SectorId } from '../../protocol/sector.js';
import type { FleetStore } from '../../store/fleet-store.js';
import type { MockChain } from '../chain.js';
import { Jobs } from '../jobs/jobs.js';
import { sectorAllocation } from './allocation.js';
import { sectorEnds } from './ends.js';
import { piecesOf } from './facts.js';
import { givenCheck } from './given.js';
import { heldSectors } from './held.js';
import { dealOf, isHeardAgain, isOver, leftBeside, packPieces, sectorView } from './life.js';
import { type KeptLife, sectorLives } from './lives.js';
import { sectorChain } from './on-chain.js';

export interface SectorsOptions {
  readonly store: FleetStore;
  readonly chain: MockChain;
  readonly clock: WallClock;
  /** Directories that pieces may be read from. */
  readonly pieceRoots: readonly string[];
  readonly miner: number;
  readonly sectorSize: number;
  /** New sectors are sealed with synthetic PoRep. @default false */
  readonly useSyntheticPoRep?: boolean | undefined;
  /** No sector is given while no piece waits. */
  readonly onlyWithDeals: boolean;
  /** No more sectors than this in all. */
  readonly limit: number;
  /** A window proof of which nothing is heard for so long is another worker's, ms. @default 60 s */
  readonly heartbeatMs?: number | undefined;
  readonly emit: Emit;
}

const defaultHeartbeatMs = 60_000;

export type Sectors = ReturnType<typeof sectorService>;

export function sectorService(options: SectorsOptions) {
  const { store, chain, clock, miner, sectorSize, onlyWithDeals, limit } = options;
  const { proofType } = proofTypeOfSize(
    sectorSize,
    options.useSyntheticPoRep === true ? 'synthetic' : 'interactive',
  );
  const lives = sectorLives(store);
  const heldIn = (all: readonly KeptLife[]) =>
    new Set(
      all
        .filter(({ life }) => life.abortReason === null)
        .flatMap(({ life }) => piecesOf(life))
        .map((deal) => deal.Piece.Cid['/']),
    );
  const jobs = new Jobs({
    ...options,
    lives,
    proofType,
    heartbeatMs: options.heartbeatMs ?? defaultHeartbeatMs,
    inSectors: () => heldIn(lives.all()),
  });
  /** Pieces that fit and that nobody holds. A life is the one place that says so: one write, no half of two. */
  const waitingBeside = (all: readonly KeptLife[]) => {
    const held = new Set([...heldIn(all), ...jobs.pieces()]);
    return store.pieces().filter((piece) => piece.paddedSize <= sectorSize && !held.has(piece.cid));
  };
  const waiting = () => waitingBeside(lives.all());
  const ownState = (id: SectorId, { StateChange, Worker, Failure }: StateReport): Verdict => {
    const before = lives.of(id);
    if (isOver(before)) return before;
    const told = { state: StateChange.Next, worker: Worker, failure: Failure };
    if (isHeardAgain(before, told, clock.now())) return before;
    return lives.keep(id, { ...told, heardMs: clock.now() });
  };
  const allocation = sectorAllocation({
    ...{ store, lives, clock, miner, limit },
    proofTypeOf: (isInteractive) =>
      isInteractive ? proofType : proofTypeOfKind(sectorSize, false).proofType,
    // A sector that was given and has no deals yet will take those of the waiting that fit it.
    isWanted: (all, open) => !onlyWithDeals || leftBeside(waitingBeside(all), open, sectorSize).length > 0,
    emit: options.emit,
  });
  const given = givenCheck(lives, jobs);
  const viewOf = ({ id, life }: KeptLife) => sectorView(id, life, jobs.openOf(id));

  return {
    ...allocation,
    ...given,
    acquireDeals: (id: SectorId, maxDeals: number | null, minUsedSpace: number | null) => {
      const life = lives.of(id);
      // The pieces of a sector that was aborted are free, and may be another's by now.
      if (life.abortReason !== null) return null;
      if (life.deals) return life.deals;
      const chosen = packPieces(waiting(), proofTypeOfNumber(life.proofType).size, maxDeals);
      const used = chosen.reduce((sum, piece) => sum + piece.paddedSize, 0);
      if (chosen.length === 0 || used < (minUsedSpace ?? 0)) return null;
      const deals = chosen.map(dealOf);
      lives.keep(id, { deals });
      return deals;
    },
    ...sectorChain(lives, chain),
    submitPersisted: (id: SectorId, instance: string): boolean => {
      const ofJob = jobs.rebuild.submitPersisted(id, instance);
      if (ofJob !== null) return ofJob;
      lives.keep(id, { persistedIn: instance });
      return true;
    },
    reportState: (id: SectorId, report: StateReport) => {
      const { finalized, abortReason } = jobs.reports.reportState(id, report) ?? ownState(id, report);
      const Id = { Miner: id.miner, Number: id.number };
      return {
        // Upstream's worker, in Rust, reads `Id`; its manager's own type, in Go, says `ID`.
        Id,
        ID: Id,
        Finalized: finalized,
        AbortReason: abortReason ?? '',
      };
    },
    ...sectorEnds(lives, jobs.reports, viewOf),
    ...heldSectors({ lives, jobs: jobs.reports, given, store, clock }),
    jobs,
    /** @throws sector_not_found */
    view: (id: SectorId): SectorView => viewOf({ id, life: lives.of(id) }),
    list: (): readonly SectorView[] => lives.all().map(viewOf),
    lives: lives.all,
    find: lives.find,
    waiting,
  };
}
