/** The sector service: allocates sectors, assigns deals, answers for the chain, and keeps what workers report. */
import type { WallClock } from '../../protocol/clock.js';
import type { Emit } from '../../protocol/events/table.js';
import type { UsedNumber } from '../../protocol/identity.js';
import type { StateReport, Verdict } from '../../protocol/sealer.js';
import type { SectorReply, SectorView } from '../../protocol/sealer-view.js';
import { proofTypeOfKind, proofTypeOfSize, type SectorId } from '../../protocol/sector.js';
import type { Allocated, Deal } from '../../protocol/sector-answers.js';
import type { FleetStore } from '../../store/fleet-store.js';
import type { PieceRow } from '../../store/piece-table.js';
import type { MockChain } from '../chain.js';
import type { Asked } from '../jobs/desk.js';
import { Jobs } from '../jobs/jobs.js';
import { SectorAllocation } from './allocation.js';
import { SectorDeals } from './deals.js';
import { SectorEnds } from './ends.js';
import { GivenCheck } from './given.js';
import { HeldSectors } from './held.js';
import { isHeardAgain, isOver, type SectorLife, sectorView } from './life.js';
import { type KeptLife, Lives } from './lives.js';
import { SectorChain } from './on-chain.js';
import type { Wanted } from './why-none.js';

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
  /** If true, an interactive sector is allocated only if pieces wait that do not fit into the open ones. */
  readonly onlyWithDeals: boolean;
  /** The most sectors that are held at once (`isHeld`); an aborted sector is not held. */
  readonly limit: number;
  /** How long a worker may be silent about a window proof before another worker gets it, ms. @default 60 s */
  readonly heartbeatMs?: number | undefined;
  readonly emit: Emit;
}

const defaultHeartbeatMs = 60_000;

export class Sectors {
  /** Messages to the chain, and randomness from it. */
  readonly chain: SectorChain;
  /** Which worker may make calls about a sector. */
  readonly given: GivenCheck;
  /** What workers hold, as listed in their heartbeats. */
  readonly held: HeldSectors;
  readonly jobs: Jobs;
  readonly #lives: Lives;
  readonly #deals: SectorDeals;
  readonly #allocation: SectorAllocation;
  readonly #ends: SectorEnds;
  readonly #clock: WallClock;

  constructor(options: SectorsOptions) {
    const { store, chain, clock, sectorSize } = options;
    const lives = new Lives(store);
    const { proofType } = proofTypeOfSize(
      sectorSize,
      options.useSyntheticPoRep === true ? 'synthetic' : 'interactive',
    );
    this.#clock = clock;
    this.#lives = lives;
    this.#deals = new SectorDeals({ store, lives, sectorSize, inJobs: () => this.jobs.pieces() });
    this.jobs = new Jobs({
      ...options,
      ...{ lives, proofType, heartbeatMs: options.heartbeatMs ?? defaultHeartbeatMs },
      inSectors: () => this.#deals.inSectors(),
    });
    this.#allocation = new SectorAllocation({
      ...options,
      lives,
      proofTypeOf: (isInteractive) =>
        isInteractive ? proofType : proofTypeOfKind(sectorSize, false).proofType,
      isWanted: (all, open) => !options.onlyWithDeals || this.#deals.isLeftBeside(all, open),
    });
    this.chain = new SectorChain(lives, chain);
    this.given = new GivenCheck(lives, this.jobs);
    this.held = new HeldSectors({ lives, jobs: this.jobs.reports, given: this.given, store, clock });
    this.#ends = new SectorEnds(lives, this.jobs.reports, (kept) => this.#viewOf(kept));
  }

  /** Allocates a sector, see `SectorAllocation`; null = none. */
  allocate(...wish: Parameters<SectorAllocation['allocate']>): Allocated | null {
    return this.#allocation.allocate(...wish);
  }

  /** Why `allocate` returned null. */
  whyNone(wanted: Wanted, isOfInteractive?: boolean): string {
    return this.#allocation.whyNone(wanted, isOfInteractive);
  }

  /** From now on, only numbers above these are allocated. */
  learnNumbers(used: readonly UsedNumber[], worker: string | null): void {
    this.#allocation.learnNumbers(used, worker);
  }

  /** Null while too few pieces wait, and for an aborted sector. @throws sector_not_found */
  acquireDeals(id: SectorId, maxDeals: number | null, minUsedSpace: number | null): readonly Deal[] | null {
    return this.#deals.acquire(id, maxDeals, minUsedSpace);
  }

  /**
   * Records where its files were put; false if that is not the store the manager chose, or the rebuild is over.
   * @throws sector_not_found
   */
  submitPersisted(id: SectorId, instance: string): boolean {
    const ofJob = this.jobs.rebuild.submitPersisted(id, instance);
    if (ofJob !== null) return ofJob;
    this.#lives.keep(id, { persistedIn: instance });
    return true;
  }

  /** @throws sector_not_found */
  reportState(id: SectorId, report: StateReport) {
    const { finalized, abortReason } =
      this.jobs.reports.reportState(id, report) ?? this.#ownState(id, report);
    const Id = { Miner: id.miner, Number: id.number };
    // Upstream's worker, in Rust, reads `Id`; its manager's type, in Go, has `ID`.
    return { Id, ID: Id, Finalized: finalized, AbortReason: abortReason ?? '' };
  }

  /** @throws sector_not_found, state_not_possible */
  reportFinalized(id: SectorId): void {
    this.#ends.reportFinalized(id);
  }

  /** @throws sector_not_found */
  reportAborted(id: SectorId, reason: string): void {
    this.#ends.reportAborted(id, reason);
  }

  /** An operator aborts a sector. @throws sector_not_found, state_not_possible */
  abort(id: SectorId, asked: Asked): SectorReply {
    return this.#ends.abort(id, asked);
  }

  /** @throws sector_not_found */
  view(id: SectorId): SectorView {
    return this.#viewOf({ id, life: this.#lives.of(id) });
  }

  list(): readonly SectorView[] {
    return this.#lives.all().map((kept) => this.#viewOf(kept));
  }

  lives(): readonly KeptLife[] {
    return this.#lives.all();
  }

  find(id: SectorId): SectorLife | undefined {
    return this.#lives.find(id);
  }

  /** Pieces that fit and that no sector or job holds. */
  waiting(): readonly PieceRow[] {
    return this.#deals.waiting();
  }

  #ownState(id: SectorId, { StateChange, Worker, Failure }: StateReport): Verdict {
    const before = this.#lives.of(id);
    if (isOver(before)) return before;
    const told = { state: StateChange.Next, worker: Worker, failure: Failure };
    if (isHeardAgain(before, told, this.#clock.now())) return before;
    return this.#lives.keep(id, { ...told, heardMs: this.#clock.now() });
  }

  #viewOf({ id, life }: KeptLife): SectorView {
    return sectorView(id, life, this.jobs.openOf(id));
  }
}
