/** A manager's answers to requests for jobs (docs/spec.md#rpc), as zod schemas; unknown keys are ignored. */
import * as z from 'zod';
import { orEmpty } from '../protocol/job-wire.js';
import { cid, pieces as deals, missing } from './piece-answers.js';

/** An array of numbers if upstream's Go type is an array; base64 if it is a slice. */
const bytes = z.union([
  z.array(z.number().int().min(0).max(255)),
  z.base64().transform((text) => [...Buffer.from(text, 'base64')]),
]);
const bytes32 = bytes.pipe(z.array(z.number()).length(32));
const allocated = z.object({
  ID: z.object({ Miner: z.number().int(), Number: z.number().int() }),
  ProofType: z.number().int(),
});
const ticket = z.object({ Ticket: z.base64(), Epoch: z.number().int() });
/** Left out by upstream's managers. */
const onChain = {
  OnChain: z
    .object({
      CommR: bytes32.nullish(),
      CommD: bytes32.nullish(),
      Ticket: ticket.nullish(),
      ProofSha256: z.hex().length(64).nullish(),
    })
    .nullish(),
};
/** Only our managers send the request id. */
const request = { Request: z.string().nullish() };
const access = z.object({ AccessInstance: z.string() });

export const jobAnswers = {
  allocated: allocated.extend(request),
  deals,
  ticket,
  onChain,
  snapUp: z.object({
    ...request,
    Sector: allocated,
    Pieces: orEmpty(deals),
    Public: z.object({ CommR: bytes32 }),
    Private: access,
  }),
  rebuild: z
    .object({
      ...request,
      Sector: allocated,
      Ticket: ticket,
      Pieces: deals.nullish(),
      /** From damocles, which leaves `Pieces` null. */
      PiecesV2: deals.nullish(),
      IsSnapUp: z.boolean(),
      UpgradePublic: z
        .object({ CommR: bytes32 })
        .nullish()
        .transform((found) => found ?? null),
      CommR: bytes32.nullish(),
      CommRNew: bytes32.nullish(),
    })
    .transform(({ PiecesV2, ...job }, context) => {
      // Without pieces in the answer the sector would be rebuilt as an empty one.
      if (job.Pieces === undefined && PiecesV2 === undefined) {
        missing(context, 'the pieces, null for none', ['Pieces']);
        return z.NEVER;
      }
      return { ...job, Pieces: PiecesV2?.length ? PiecesV2 : (job.Pieces ?? []) };
    }),
  unseal: z.object({
    ...request,
    Sector: allocated,
    PieceCid: cid,
    Offset: z.number().int().min(0),
    Size: z.number().int().min(1),
    PayloadSize: z.number().int().min(0).nullish(),
    PrivateInfo: access,
    Ticket: ticket,
    CommD: bytes32,
    Upgrade: z.object({ CommROld: bytes32, CommDNew: bytes32 }).nullish(),
  }),
  dests: orEmpty(z.array(z.string())),
  store: z.object({
    Name: z.string(),
    Path: z.string().default(''),
    Meta: z
      .record(z.string(), z.string())
      .nullish()
      .transform((found) => found ?? {}),
  }),
  wdPosts: orEmpty(
    z.array(
      z.object({
        ...request,
        Id: z.string().min(1),
        Input: z.object({
          // A proof of no sectors proves nothing.
          Sectors: z
            .array(
              z.object({
                SectorId: z.number().int(),
                CommR: bytes32,
                Upgrade: z.boolean(),
                Accesses: z.object({ SealedFile: z.string(), CacheDir: z.string() }),
              }),
            )
            .min(1),
          MinerId: z.number().int(),
          ProofType: z.string(),
          Seed: bytes32,
        }),
      }),
    ),
  ),
} as const;
