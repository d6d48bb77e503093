/** Facts of a finished sector, for jobs that work on it again. Pure. */
import type { Sealed } from '../../protocol/sealer.js';
import { payloadOf } from '../../protocol/sector.js';
import type { Deal } from '../../protocol/sector-answers.js';
import type { SectorLife } from './life.js';

/** The pieces it holds now, in their order in the sector. */
export function piecesOf({ upgraded, deals }: SectorLife): readonly Deal[] {
  return upgraded?.pieces ?? deals ?? [];
}

/** The store that holds its files, as the worker that last put them there reported. */
export function storeOf({ upgraded, persistedIn }: SectorLife): string | null {
  return upgraded?.instance ?? persistedIn;
}

/** What it was sealed as: submitted with its pre-commit, or with the proof of a sector that has none. */
export function sealedAs({ preCommit, proof }: SectorLife): Sealed | null {
  return preCommit?.info ?? proof?.sealed ?? null;
}

/** The commitments that were last submitted to the chain. */
export function commitmentsOf(life: SectorLife): Pick<Sealed, 'CommR' | 'CommD'> | null {
  return life.upgraded ?? sealedAs(life);
}

export interface PiecePlace {
  readonly cid: string;
  /** Unpadded bytes, as `size`. */
  readonly offset: number;
  readonly size: number;
  readonly payloadSize: number;
}

/** Positions of the pieces: in their order, each at the next multiple of its padded size. */
export function placesOf(deals: readonly Deal[]): readonly PiecePlace[] {
  let end = 0;
  return deals.map(({ PayloadSize, Piece }) => {
    const at = Math.ceil(end / Piece.Size) * Piece.Size;
    end = at + Piece.Size;
    return {
      cid: Piece.Cid['/'],
      offset: payloadOf(at),
      size: payloadOf(Piece.Size),
      payloadSize: PayloadSize,
    };
  });
}
