/** One sector, as the manager keeps it. */
import { isDeepStrictEqual } from 'node:util';
import { timestamp } from '../../protocol/clock.js';
import type { JobView } from '../../protocol/job-view.js';
import type { PreCommit, Sealed, StateReport } from '../../protocol/sealer.js';
import type { SectorView } from '../../protocol/sealer-view.js';
import { type SectorId, sectorOf } from '../../protocol/sector.js';
import type { Deal, Ticket } from '../../protocol/sector-answers.js';
import type { PieceRow } from '../../store/piece-table.js';

export interface SectorLife {
  readonly proofType: number;
  readonly givenMs: number;
  readonly state: string;
  readonly worker: StateReport['Worker'] | null;
  readonly deals: readonly Deal[] | null;
  readonly ticket: Ticket | null;
  /** The latest message of each kind; `fails` = it will fail on chain. */
  readonly preCommit: { readonly info: PreCommit; readonly epoch: number; readonly fails?: boolean } | null;
  /** `sealed`: only for a sector without a pre-commit. */
  readonly proof: {
    readonly proof: string;
    readonly sealed?: Sealed | null;
    readonly epoch: number;
    readonly fails?: boolean;
  } | null;
  /** How many messages of each kind were sent. */
  readonly messages: { readonly preCommit: number; readonly proof: number };
  readonly persistedIn: string | null;
  readonly failure: StateReport['Failure'];
  readonly finalized: boolean;
  readonly abortReason: string | null;
  /** The operator who aborted it at the manager; null = its worker did. */
  readonly abortedBy: string | null;
  /** When its worker last reported it; null = never, or before this field existed. */
  readonly heardMs: number | null;
  /** Its upgrade after it was sealed, and the store of the new files. */
  readonly upgraded: Upgrade | null;
  /** The request it was last given under; null = its worker sent none, or before this field existed. */
  readonly given: GivenTo | null;
  /** Earlier requests it was given under, whose workers never reported it. */
  readonly earlier: readonly string[];
  /** An operator declared its files lost; null again after the rebuild. */
  readonly lost: { readonly by: string; readonly reason: string | null; readonly atMs: number } | null;
}

/** Both ids are made by the worker (src/protocol/identity.ts). */
export interface GivenTo {
  readonly request: string;
  readonly worker: string | null;
}

export interface Upgrade extends Pick<PreCommit, 'CommR' | 'CommD'> {
  readonly pieces: readonly Deal[];
  readonly instance: string;
}

export function newLife(proofType: number, nowMs: number, given: GivenTo | null = null): SectorLife {
  return {
    proofType,
    givenMs: nowMs,
    state: 'Allocated',
    worker: null,
    deals: null,
    ticket: null,
    preCommit: null,
    proof: null,
    messages: { preCommit: 0, proof: 0 },
    persistedIn: null,
    failure: null,
    finalized: false,
    abortReason: null,
    abortedBy: null,
    ...notYet,
    given,
  };
}

const notYet = { heardMs: null, upgraded: null, lost: null, given: null, earlier: [] };

type Younger = 'messages' | 'abortedBy' | keyof typeof notYet;

/** A life from the store. Written only by `Lives.keep` and `SectorAllocation`; a row of an older version lacks newer fields. */
export function lifeIn(body: string): SectorLife {
  const life = JSON.parse(body) as Partial<SectorLife> & Omit<SectorLife, Younger>;
  const sent = { preCommit: life.preCommit ? 1 : 0, proof: life.proof ? 1 : 0 };
  return { messages: sent, abortedBy: null, ...notYet, ...life };
}

/** A repeated report is not written again within this time, ms: well below every silence that has an effect. */
const sameMs = 10_000;

/** Whether a report has nothing new, and the last one was just now: it needs no write. */
export function isHeardAgain<T extends { readonly heardMs: number | null }>(
  kept: T,
  told: Partial<T>,
  nowMs: number,
): boolean {
  const { heardMs } = kept;
  if (heardMs === null || nowMs < heardMs || nowMs - heardMs >= sameMs) return false;
  return isDeepStrictEqual({ ...kept, ...told }, kept);
}

/** Whether manager and worker both know that the sector has ended: later reports are stale. */
export function isOver({ finalized, abortReason, state }: SectorLife): boolean {
  return finalized || (abortReason !== null && state === 'Aborted');
}

export function sectorView(id: SectorId, life: SectorLife, job: JobView | null): SectorView {
  const { worker, deals, failure, abortReason, abortedBy, upgraded, lost } = life;
  return {
    ...sectorOf(id, life.proofType),
    state: life.state,
    worker: worker && { name: worker.Instance, location: worker.Location },
    deals: (upgraded?.pieces ?? deals)?.length ?? null,
    failure: failure && { level: failure.Level, message: failure.Desc },
    persistedIn: upgraded?.instance ?? life.persistedIn,
    finalized: life.finalized,
    isUpgraded: upgraded !== null,
    job: job && { id: job.id, kind: job.kind, state: job.state },
    lost: lost && { by: lost.by, reason: lost.reason, at: timestamp(lost.atMs) },
    abort:
      abortReason === null ? null : { reason: abortReason, by: abortedBy ?? worker?.Instance ?? 'worker' },
    messages: life.messages,
    givenAt: timestamp(life.givenMs),
  };
}

/** How long a worker may take from an allocation until its first report of it, ms. */
export const silenceMs = 60_000;

/**
 * A sector is held once its worker has reported it or acquired deals, and until then for `silenceMs`: the worker may
 * have died.
 */
export function isHeld(life: SectorLife, nowMs: number): boolean {
  if (life.abortReason !== null) return false;
  return life.worker !== null || life.deals !== null || nowMs - life.givenMs < silenceMs;
}

/**
 * Whether a sector that one of our workers was given, but never reported, may be given again: the answer may have been
 * lost. The earlier worker is recognized by its request: its next report is answered with an abort.
 */
export function isFree(life: SectorLife, sinceMs: number, nowMs: number): boolean {
  const { given, worker, deals, ticket, preCommit, abortReason } = life;
  const isUnheard = worker === null && deals === null && ticket === null && preCommit === null;
  return given !== null && isUnheard && abortReason === null && nowMs - sinceMs >= silenceMs;
}

/** Pieces that fit together, largest first: each starts at a multiple of its size, so only their sum counts. */
export function packPieces(
  waiting: readonly PieceRow[],
  sectorSize: number,
  maxDeals: number | null,
): readonly PieceRow[] {
  const chosen: PieceRow[] = [];
  let used = 0;
  for (const piece of waiting.toSorted((a, b) => b.paddedSize - a.paddedSize || a.dealId - b.dealId)) {
    if (chosen.length >= (maxDeals ?? Number.POSITIVE_INFINITY)) break;
    if (used + piece.paddedSize > sectorSize) continue;
    chosen.push(piece);
    used += piece.paddedSize;
  }
  return chosen;
}

/** Pieces that still wait when `open` sectors have taken as many as they can. */
export function leftBeside(
  waiting: readonly PieceRow[],
  open: number,
  sectorSize: number,
): readonly PieceRow[] {
  let left = waiting;
  for (let sector = 0; sector < open && left.length > 0; sector += 1) {
    const taken = new Set(packPieces(left, sectorSize, null));
    left = left.filter((piece) => !taken.has(piece));
  }
  return left;
}

export function dealOf(piece: PieceRow): Deal {
  return {
    ID: piece.dealId,
    PayloadSize: piece.payloadSize,
    Piece: { Size: piece.paddedSize, Cid: { '/': piece.cid } },
  };
}
