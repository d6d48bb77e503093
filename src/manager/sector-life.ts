/** One sector as the manager keeps it. */
import type { Deal, PreCommit, StateReport, Ticket } from '../protocol/sealer.js';
import type { PieceRow } from '../store/fleet-store.js';

export interface SectorLife {
  readonly proofType: number;
  readonly givenMs: number;
  readonly state: string;
  readonly worker: StateReport['Worker'] | null;
  readonly deals: readonly Deal[] | null;
  readonly ticket: Ticket | null;
  readonly preCommit: { readonly info: PreCommit; readonly epoch: number } | null;
  readonly proof: { readonly proof: string; readonly epoch: number } | null;
  readonly persistedIn: string | null;
  readonly failure: StateReport['Failure'];
  readonly finalized: boolean;
  readonly abortReason: string | null;
}

export function newLife(proofType: number, nowMs: number): SectorLife {
  return {
    proofType,
    givenMs: nowMs,
    state: 'Allocated',
    worker: null,
    deals: null,
    ticket: null,
    preCommit: null,
    proof: null,
    persistedIn: null,
    failure: null,
    finalized: false,
    abortReason: null,
  };
}

/** How long a worker may take from the answer of AllocateSector to its first word about the sector, ms. */
const silenceMs = 60_000;

/** A sector that was given is held while its worker has spoken of it, or may still be about to: it may have died before. */
export function isHeld(life: SectorLife, nowMs: number): boolean {
  if (life.abortReason !== null) return false;
  return life.worker !== null || life.deals !== null || nowMs - life.givenMs < silenceMs;
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

export function dealOf(piece: PieceRow): Deal {
  return {
    ID: piece.dealId,
    PayloadSize: piece.payloadSize,
    Piece: { Size: piece.paddedSize, Cid: { '/': piece.cid } },
  };
}
