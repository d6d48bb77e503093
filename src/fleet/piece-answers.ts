/** Pieces in managers' answers as zod schemas, in the shapes of v0.2 and of damocles (docs/spec.md#rpc); both become a `Deal`. */
import * as z from 'zod';
import { isZerosCid } from '../protocol/piece-cid.js';
import { isPledge } from '../protocol/pledge.js';
import { payloadOf } from '../protocol/sector.js';
import type { Deal } from '../protocol/sector-answers.js';

export const cid = z.object({ '/': z.string() });

/** The shape of damocles; null for a filler, which has no deal. */
const dealInfo = z.object({
  DealID: z.number().int(),
  AllocationID: z.number().int().nullish(),
  IsBuiltinMarket: z.boolean(),
  PayloadSize: z.number().int(),
});

/** Reports a missing field. */
export function missing(context: z.RefinementCtx, message: string, path: string[]): void {
  context.addIssue({ code: 'custom', message, path, params: { isMissing: true } });
}

const piece = z
  .object({
    ID: z.number().int().nullish(),
    PayloadSize: z.number().int().nullish(),
    Piece: z.object({ Size: z.number().int(), Cid: cid.nullish(), PieceCID: cid.nullish() }),
    /** Left out by v0.2. */
    DealInfo: dealInfo.nullish(),
  })
  .transform((found, context): Deal => {
    const { Size, Cid: OldCid, PieceCID } = found.Piece;
    const lacks = (message: string, ...path: string[]) => {
      missing(context, message, path);
      return z.NEVER;
    };
    const isOld = found.DealInfo === undefined && !PieceCID;
    const Cid = OldCid ?? PieceCID;
    if (!Cid) return lacks('a CID such as {"/":"baga6ea4seaq…"}', 'Piece', isOld ? 'Cid' : 'PieceCID');
    const Piece = { Size, Cid };
    const { DealInfo, ID, PayloadSize } = found;
    /** Data without a deal or allocation would be replaced by zeros. */
    const checked = (deal: Deal, ...path: string[]) => {
      if (!isPledge(deal) || isZerosCid(Cid['/'])) return deal;
      return lacks(
        `whose piece ${Cid['/']} is, a deal or an allocation: its CID is not that of zeros`,
        ...path,
      );
    };
    if (DealInfo === null) return checked({ ID: 0, PayloadSize: payloadOf(Size), Piece }, 'DealInfo');
    if (DealInfo !== undefined) {
      const { DealID, AllocationID, IsBuiltinMarket } = DealInfo;
      // An allocation is not a deal of the built-in market: its DealID has no meaning.
      const whose = IsBuiltinMarket ? { ID: DealID } : { ID: 0, AllocationID: AllocationID ?? 0 };
      const place = IsBuiltinMarket ? 'DealID' : 'AllocationID';
      return checked({ ...whose, PayloadSize: DealInfo.PayloadSize, Piece }, 'DealInfo', place);
    }
    if (!isOld && typeof ID !== 'number')
      return lacks('the deal or allocation, null for a filler', 'DealInfo');
    if (typeof ID !== 'number') return lacks('a whole number', 'ID');
    if (typeof PayloadSize !== 'number') return lacks('a whole number', 'PayloadSize');
    return checked({ ID, PayloadSize, Piece }, 'ID');
  });

export const pieces = z.array(piece);
