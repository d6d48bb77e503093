/**
 * The manager's sector service as a thread uses it: types only, so that a thread loads no schemas.
 * The wire's shapes (docs/spec.md#rpc) are in `sealer-wire.ts`.
 */
import type { Asking, WithGiven } from './identity.js';
import type { AllowedSpec, DealsSpec, JobService } from './jobs.js';
import type { ErrorLevel } from './level.js';
import type { SectorId } from './sector.js';
import type { Allocated, Deal, OnChain, SubmitAnswer, Ticket } from './sector-answers.js';

/** `Seed` is base64 of 32 bytes; `Delay` in seconds. */
export interface SeedAnswer {
  readonly ShouldWait: boolean;
  readonly OnChain?: OnChain | null | undefined;
  readonly Delay: number;
  readonly Seed: { readonly Seed: string; readonly Epoch: number } | null;
}

/** `State`: 1 Pending, 2 Packed, 3 Landed, 4 NotFound, 5 Failed, 6 PermFailed, 7 ShouldAbort. */
export interface PollAnswer {
  readonly State: number;
  readonly Desc: string | null;
  readonly OnChain?: OnChain | null | undefined;
}

/** What a sector was sealed as. */
export interface Sealed {
  readonly CommR: readonly number[];
  readonly CommD: readonly number[];
  readonly Ticket: Ticket;
}

export interface PreCommit extends Sealed {
  readonly Deals: readonly number[];
}

export interface SealProof {
  /** base64 */
  readonly Proof: string;
  /** Ours: only for a sector without a pre-commit, which otherwise carries these facts. */
  readonly Sealed?: Sealed | null | undefined;
}

export interface StateReport {
  readonly Worker: { readonly Instance: string; readonly Location: string };
  readonly StateChange: { readonly Prev: string; readonly Next: string; readonly Event: string };
  readonly Failure: { readonly Level: ErrorLevel; readonly Desc: string } | null;
}

/** The manager's answer to a report of a sector. */
export interface Verdict {
  /** The sector is proven and finished. */
  readonly finalized: boolean;
  /** Why the sector was aborted; null while it is not. */
  readonly abortReason: string | null;
  /** Later requests about the sector come in answers to the worker's heartbeat: no polling is needed. @default false */
  readonly byHeartbeat?: boolean;
}

/** The calls of a sealing thread. Every call rejects with a SealvisorError (`unreachable`, `remote_error`, …). */
export interface SectorService extends JobService {
  /** `isNonInteractive`: only a sector that is proven without pre-commit and seed is accepted. */
  allocateSector(
    spec: AllowedSpec & Asking,
    isNonInteractive?: boolean,
  ): Promise<WithGiven<Allocated> | null>;
  acquireDeals(id: SectorId, spec: DealsSpec): Promise<readonly Deal[] | null>;
  assignTicket(id: SectorId): Promise<Ticket>;
  submitPreCommit(sector: Allocated, info: PreCommit, reset: boolean): Promise<SubmitAnswer>;
  pollPreCommitState(id: SectorId): Promise<PollAnswer>;
  submitPersisted(id: SectorId, instance: string, isUpgrade: boolean): Promise<boolean>;
  waitSeed(id: SectorId, proofType: number): Promise<SeedAnswer>;
  submitProof(id: SectorId, proof: SealProof, reset: boolean): Promise<SubmitAnswer>;
  pollProofState(id: SectorId): Promise<PollAnswer>;
  reportState(id: SectorId, report: StateReport): Promise<Verdict>;
  reportFinalized(id: SectorId): Promise<void>;
  reportAborted(id: SectorId, reason: string): Promise<void>;
  /** Where to fetch the payload of a piece, with the headers to send. @throws other_manager when another manager would serve it */
  pieceSource(pieceCid: string): Promise<{ url: string; headers: Readonly<Record<string, string>> }>;
}
