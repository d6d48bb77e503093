/** Pieces as managers name them, v0.2's and today's shape (SPEC section 6), as zod schemas; both become a `Deal`. */
import * as z from 'zod';
import { payloadOf } from '../protocol/sector.js';
import type { Deal } from '../protocol/sector-answers.js';

export const cid = z.object({ '/': z.string() });

/** Today's; null for a filler, which belongs to nobody. */
const dealInfo = z.object({
  DealID: z.number().int(),
  AllocationID: z.number().int().nullish(),
  IsBuiltinMarket: z.boolean(),
  PayloadSize: z.number().int().nullish(),
});

const piece = z
  .object({
    ID: z.number().int().nullish(),
    PayloadSize: z.number().int().nullish(),
    Piece: z.object({ Size: z.number().int(), Cid: cid.nullish(), PieceCID: cid.nullish() }),
    /** Left out in v0.2. */
    DealInfo: dealInfo.nullish(),
  })
  .transform(({ Piece, DealInfo, ...old }, context): Deal => {
    const { Size } = Piece;
    const missing = (path: string[]) => {
      context.addIssue({ code: 'custom', message: 'it is missing', path });
      return z.NEVER;
    };
    const Cid = Piece.Cid ?? Piece.PieceCID;
    if (!Cid) return missing(['Piece', 'PieceCID']);
    if (DealInfo === null) return { ID: 0, PayloadSize: payloadOf(Size), Piece: { Size, Cid } };
    if (DealInfo !== undefined) {
      const { DealID: ID, AllocationID, IsBuiltinMarket, PayloadSize } = DealInfo;
      // An allocation is not a deal of the built-in market: its DealID says nothing.
      const whose = IsBuiltinMarket ? { ID } : { ID: 0, AllocationID: AllocationID ?? 0 };
      return { ...whose, PayloadSize: PayloadSize ?? payloadOf(Size), Piece: { Size, Cid } };
    }
    if (typeof old.ID !== 'number') return missing(['ID']);
    if (typeof old.PayloadSize !== 'number') return missing(['PayloadSize']);
    return { ID: old.ID, PayloadSize: old.PayloadSize, Piece: { Size, Cid } };
  });

export const pieces = z.array(piece);
