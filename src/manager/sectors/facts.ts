/** What a finished sector is, for who works on it again. Pure. */
import type { PreCommit } from '../../protocol/sealer.js';
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

/** What was told to the chain last. */
export function commitmentsOf({
  upgraded,
  preCommit,
}: SectorLife): Pick<PreCommit, 'CommR' | 'CommD'> | null {
  return upgraded ?? preCommit?.info ?? null;
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
