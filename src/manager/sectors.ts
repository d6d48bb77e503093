/** The sector service: allocates, deals, answers for the chain, and keeps what workers tell. */
import type { WallClock } from '../protocol/clock.js';
import { SealvisorError } from '../protocol/errors.js';
import type {
  Allocated,
  PollAnswer,
  PreCommit,
  SeedAnswer,
  StateReport,
  SubmitAnswer,
} from '../protocol/sealer.js';
import { formatSectorId, proofTypeOfNumber, proofTypeOfSize, type SectorId } from '../protocol/sector.js';
import type { FleetStore } from '../store/fleet-store.js';
import { landing, type MockChain } from './chain.js';
import { dealOf, isHeld, newLife, packPieces, type SectorLife } from './sector-life.js';

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

const accepted: SubmitAnswer = { Res: 1, Desc: null };
const duplicate: SubmitAnswer = { Res: 2, Desc: null };
const mismatched: SubmitAnswer = { Res: 3, Desc: 'another submission was made for this sector' };

export function sectorService(options: SectorsOptions) {
  const { store, chain, clock, miner, sectorSize, onlyWithDeals, limit } = options;
  const proofType = proofTypeOfSize(sectorSize).proofType;
  const lifeOf = (id: SectorId): SectorLife => {
    const row = store.sector(id.miner, id.number);
    // Written by `keep` alone.
    if (row) return JSON.parse(row.body) as SectorLife;
    throw new SealvisorError('sector_not_found', `sector ${formatSectorId(id)} was never allocated here`);
  };
  const keep = (id: SectorId, facts: Partial<SectorLife>): SectorLife => {
    const life = { ...lifeOf(id), ...facts };
    store.putSector({ ...id, body: JSON.stringify(life) });
    return life;
  };
  const landed = (epoch: number, after: number): PollAnswer => ({
    State: chain.epoch() >= epoch + after ? 3 : 2,
    Desc: null,
  });
  const lives = () =>
    store.sectors().map(({ miner: of, number, body }) => ({
      id: { miner: of, number },
      life: JSON.parse(body) as SectorLife,
    }));
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
      const life = lifeOf(id);
      if (life.deals) return life.deals;
      const chosen = packPieces(waiting(), proofTypeOfNumber(life.proofType).size, maxDeals);
      const used = chosen.reduce((sum, piece) => sum + piece.paddedSize, 0);
      if (chosen.length === 0 || used < (minUsedSpace ?? 0)) return null;
      const deals = chosen.map(dealOf);
      keep(id, { deals });
      return deals;
    },
    assignTicket: (id: SectorId) => {
      const life = lifeOf(id);
      if (life.ticket) return life.ticket;
      const Epoch = chain.epoch();
      const ticket = { Ticket: chain.randomness('ticket', id.miner, id.number, Epoch), Epoch };
      keep(id, { ticket });
      return ticket;
    },
    submitPreCommit: (id: SectorId, info: PreCommit, reset: boolean): SubmitAnswer => {
      const { preCommit } = lifeOf(id);
      if (preCommit && !reset)
        return JSON.stringify(preCommit.info) === JSON.stringify(info) ? duplicate : mismatched;
      keep(id, { preCommit: { info, epoch: chain.epoch() } });
      return accepted;
    },
    pollPreCommit: (id: SectorId): PollAnswer => {
      const { preCommit } = lifeOf(id);
      return preCommit
        ? landed(preCommit.epoch, landing.preCommit)
        : { State: 4, Desc: 'no pre-commit was submitted' };
    },
    submitPersisted: (id: SectorId, instance: string): boolean => {
      keep(id, { persistedIn: instance });
      return true;
    },
    waitSeed: (id: SectorId): SeedAnswer => {
      const { preCommit } = lifeOf(id);
      if (!preCommit) return { ShouldWait: false, Delay: 0, Seed: null };
      const Epoch = preCommit.epoch + landing.preCommit + landing.seed;
      const left = Epoch - chain.epoch();
      if (left > 0)
        return { ShouldWait: true, Delay: Math.max(1, Math.ceil((left * chain.epochMs) / 1000)), Seed: null };
      return {
        ShouldWait: false,
        Delay: 0,
        Seed: { Seed: chain.randomness('seed', id.miner, id.number, Epoch), Epoch },
      };
    },
    submitProof: (id: SectorId, proof: string, reset: boolean): SubmitAnswer => {
      const before = lifeOf(id).proof;
      if (proof === '') return { Res: 4, Desc: 'the proof is empty' };
      if (before && !reset) return before.proof === proof ? duplicate : mismatched;
      keep(id, { proof: { proof, epoch: chain.epoch() } });
      return accepted;
    },
    pollProof: (id: SectorId): PollAnswer => {
      const { proof } = lifeOf(id);
      return proof ? landed(proof.epoch, landing.proof) : { State: 4, Desc: 'no proof was submitted' };
    },
    reportState: (id: SectorId, report: StateReport) => {
      const { StateChange, Worker: worker, Failure: failure } = report;
      const { finalized, abortReason } = keep(id, { state: StateChange.Next, worker, failure });
      return {
        ID: { Miner: id.miner, Number: id.number },
        Finalized: finalized,
        AbortReason: abortReason ?? '',
      };
    },
    reportFinalized: (id: SectorId): void => {
      keep(id, { state: 'Finished', finalized: true, failure: null });
    },
    /** The first word counts: an abort told again, or of a sector that is done, changes nothing. */
    reportAborted: (id: SectorId, reason: string): void => {
      const { finalized, abortReason } = lifeOf(id);
      if (!finalized && abortReason === null) keep(id, { state: 'Aborted', abortReason: reason });
    },
    lives,
    waiting,
  };
}
