/** What a finished sector is, for who works on it again. Pure. */
import type { Sealed } from '../../protocol/sealer.js';
import { payloadOf } from '../../protocol/sector.js';
import type { Deal } from '../../protocol/sector-answers.js';
import type { SectorLife } from './life.js';

/** The pieces it holds now, in the order in which they lie. */
export function piecesOf({ upgraded, deals }: SectorLife): readonly Deal[] {
  return upgraded?.pieces ?? deals ?? [];
}

/** The attached store that its files lie in, as the worker told that put them there last. */
export function storeOf({ upgraded, persistedIn }: SectorLife): string | null {
  return upgraded?.instance ?? persistedIn;
}

/** What it was sealed as: told with its pre-commit, or with the proof of a sector that has none. */
export function sealedAs({ preCommit, proof }: SectorLife): Sealed | null {
  return preCommit?.info ?? proof?.sealed ?? null;
}

/** What was told to the chain last. */
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

/** Where the pieces lie: in their order, each at the next multiple of its padded size. */
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
