/** One sector as the manager keeps it. */
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
  /** The latest message of each kind; `fails` = the chain refuses it when it comes to it. */
  readonly preCommit: { readonly info: PreCommit; readonly epoch: number; readonly fails?: boolean } | null;
  /** `sealed`: of a sector without a pre-commit. */
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
  /** Who gave it up: an operator at the manager; null = its worker. */
  readonly abortedBy: string | null;
  /** When its worker told of it last; null = never, or before this was kept. */
  readonly heardMs: number | null;
  /** What it was encoded to again after it was sealed, and where that lies. */
  readonly upgraded: Upgrade | null;
  /** Under what it was given last; null = to a worker that says nothing of it, or before this was kept. */
  readonly given: GivenTo | null;
  /** Requests under which it was given before, and not heard of. */
  readonly earlier: readonly string[];
  /** Its files are gone, somebody said; until they are made again. */
  readonly lost: { readonly by: string; readonly reason: string | null; readonly atMs: number } | null;
}

/** Both of the worker's own making (src/protocol/identity.ts). */
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

/** A life as it was kept. Written by `keep` of `lives.ts` alone; one of an older version lacks what came later. */
export function lifeIn(body: string): SectorLife {
  const life = JSON.parse(body) as Partial<SectorLife> & Omit<SectorLife, Younger>;
  const sent = { preCommit: life.preCommit ? 1 : 0, proof: life.proof ? 1 : 0 };
  return { messages: sent, abortedBy: null, ...notYet, ...life };
}

/** For so long what was heard of a sector or a job is not written again when it is the same, ms: well below every silence that counts. */
const sameMs = 10_000;

/** Whether a report says only what is kept already, and was heard just now: it costs no write. */
export function isHeardAgain<T extends { readonly heardMs: number | null }>(
  kept: T,
  told: Partial<T>,
  nowMs: number,
): boolean {
  const { heardMs } = kept;
  if (heardMs === null || nowMs < heardMs || nowMs - heardMs >= sameMs) return false;
  return isDeepStrictEqual({ ...kept, ...told }, kept);
}

/** Both sides know that the sector is done with: what is heard of it later is old. */
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

/** How long a worker may take from the answer of an allocation to its first word about what it got, ms. */
export const silenceMs = 60_000;

/** A sector that was given is held while its worker has spoken of it, or may still be about to: it may have died before. */
export function isHeld(life: SectorLife, nowMs: number): boolean {
  if (life.abortReason !== null) return false;
  return life.worker !== null || life.deals !== null || nowMs - life.givenMs < silenceMs;
}

/**
 * A sector that was given to a worker of ours and never spoken of: its answer may have been lost. Once its time is over it
 * is given again; who was given it before is told by its request that it is not its sector any more.
 */
export function isFree(life: SectorLife, sinceMs: number, nowMs: number): boolean {
  const { given, worker, deals, ticket, preCommit, abortReason } = life;
  const isUnheard = worker === null && deals === null && ticket === null && preCommit === null;
  return given !== null && isUnheard && abortReason === null && nowMs - sinceMs >= silenceMs;
}

/** Pieces that fit together, largest first: each lies at a multiple of its size, so their sum is what counts. */
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
