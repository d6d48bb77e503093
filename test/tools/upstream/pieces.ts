/** Pieces as upstream's managers name them in each version, written over a recorded one. */
import { payloadOf } from '#src/protocol/sector.js';
import { commP, pieceCid, zerosCommitment } from '#src/sealing/builtin/index.js';
import { resultOf, type Version } from '../recorded.js';

export interface OfferedPiece {
  readonly cid: string;
  /** Padded bytes. */
  readonly size: number;
  readonly payload: Uint8Array;
  /** A deal of the built-in market, an allocation (DDO), or nobody's: a filler. */
  readonly whose: { readonly deal: number } | { readonly allocation: number } | 'nobody';
}

const work = { signal: new AbortController().signal, progress: () => undefined };

async function* all(payload: Uint8Array): AsyncGenerator<Uint8Array> {
  yield payload;
}

export async function offered(
  payload: Uint8Array,
  size: number,
  whose: Exclude<OfferedPiece['whose'], 'nobody'>,
): Promise<OfferedPiece> {
  const { commitment } = await commP(all(payload), work, { paddedSize: size });
  return { cid: pieceCid(commitment), size, payload, whose };
}

export function filler(size: number): OfferedPiece {
  const payload = new Uint8Array(payloadOf(size));
  return { cid: pieceCid(zerosCommitment(size)), size, payload, whose: 'nobody' };
}

/** As the version has them; Go writes a list of none as null. */
export function wirePieces(version: Version, pieces: readonly OfferedPiece[]): readonly object[] | null {
  if (pieces.length === 0) return null;
  return pieces.map(version === 'v0.2' ? oldPiece : newPiece);
}

function oldPiece({ cid, size, payload, whose }: OfferedPiece): object {
  // Its result is a list of pieces.
  const [recorded] = resultOf('v0.2', 'AcquireDeals') as unknown as [object];
  const ID = typeof whose === 'object' && 'deal' in whose ? whose.deal : 0;
  return { ...recorded, ID, PayloadSize: payload.length, Piece: { Size: size, Cid: { '/': cid } } };
}

function newPiece({ cid, size, payload, whose }: OfferedPiece): object {
  // As above.
  const [{ DealInfo }] = resultOf('today', 'AcquireDeals') as unknown as [{ DealInfo: object }];
  const link = { '/': cid };
  const told = { PieceCID: link, PieceSize: size, Length: size, PayloadSize: payload.length };
  const by =
    whose === 'nobody' || 'deal' in whose
      ? { DealID: whose === 'nobody' ? 0 : whose.deal, AllocationID: 0, IsBuiltinMarket: true }
      : { DealID: 0, AllocationID: whose.allocation, IsBuiltinMarket: false };
  return {
    Piece: { Size: size, PieceCID: link },
    DealInfo: whose === 'nobody' ? null : { ...DealInfo, ...told, ...by },
  };
}
