/** Pieces in answers: each object has the fields of v0.2 and of current upstream (docs/spec.md#rpc). */
import { createHash } from 'node:crypto';
import { base32 } from 'multiformats/bases/base32';
import { isPledge } from '../../protocol/pledge.js';
import type { Allocated, Deal } from '../../protocol/sector-answers.js';

/** The client of all deals on the mock chain; they have no start or end. */
const client = 't01001';

/** In their order, each at the next multiple of its size. Null if there is no list. */
export function wirePieces(deals: readonly Deal[] | null, miner: number): readonly object[] | null {
  let end = 0;
  return (
    deals?.map((deal) => {
      const { Size, Cid } = deal.Piece;
      const offset = Math.ceil(end / Size) * Size;
      end = offset + Size;
      return {
        ...deal,
        Piece: { Size, Cid, PieceCID: Cid },
        DealInfo: isPledge(deal) ? null : dealInfo(deal, miner, offset),
      };
    }) ?? null
  );
}

/** The pieces of a job under the names of both versions. */
export function withPieces<T extends { readonly Sector: Allocated; readonly Pieces: readonly Deal[] }>(
  job: T | null,
): object | null {
  return job && { ...job, Pieces: wirePieces(job.Pieces, job.Sector.ID.Miner) };
}

/** The same for a rebuild: current upstream workers read `PiecesV2`. */
export function withBothPieces<T extends Parameters<typeof withPieces>[0] & object>(job: T | null) {
  return job && { ...withPieces(job), PiecesV2: wirePieces(job.Pieces, job.Sector.ID.Miner) };
}

function dealInfo(
  { ID, AllocationID = 0, PayloadSize, Piece: { Size, Cid } }: Deal,
  miner: number,
  at: number,
) {
  return {
    DealID: ID,
    PublishCid: { '/': messageCid(`deal ${ID} of ${Cid['/']}`) },
    AllocationID,
    PieceCID: Cid,
    PieceSize: Size,
    Client: client,
    Provider: `t0${miner}`,
    Offset: at,
    Length: Size,
    PayloadSize,
    StartEpoch: 0,
    EndEpoch: 0,
    IsBuiltinMarket: AllocationID === 0,
    IsCompatible: false,
  };
}

/** CIDv1, dag-cbor, sha2-256: no deal was published, but upstream's worker expects a CID here. */
function messageCid(text: string): string {
  const digest = createHash('sha256').update(text).digest();
  return base32.encode(Uint8Array.from([0x01, 0x71, 0x12, 0x20, ...digest]));
}
