/** The manager's RPC parameters, as zod schemas (docs/spec.md#rpc); unknown keys are ignored. */
import * as z from 'zod';
import { errorLevels } from './level.js';
import { shortText } from './some-of.js';

export const count = z.number().int().min(0);
const bytes32Expected = '32 bytes, as numbers from 0 to 255 or in base64';
const thirtyTwo = z.array(z.number().int().min(0).max(255)).length(32, bytes32Expected);
export const bytes32 = z.union(
  [
    thirtyTwo,
    z
      .base64()
      .transform((text) => [...Buffer.from(text, 'base64')])
      .pipe(thirtyTwo),
  ],
  bytes32Expected,
);
/** Upstream's worker writes levels as Rust's variant names: `Permanent`. */
const level = z
  .string()
  .transform((text) => text.toLowerCase())
  .pipe(z.enum(errorLevels));
/** Text from a person or a program that is stored and shown: long text is cut. */
export const shortened = z.string().transform((text) => shortText(text, 4096));
export const orNull = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value) => value ?? null);

export const sectorIdParam = z
  .object({ Miner: count, Number: count })
  .transform(({ Miner, Number: number }) => ({ miner: Miner, number }));
/** What our worker adds to its allocation requests (src/protocol/identity.ts). */
export const askingParam = {
  Request: z.string().min(1).max(200).nullish(),
  UsedNumbers: z
    .array(z.object({ Miner: count, Number: count }))
    .max(1000)
    .readonly()
    .nullish(),
} as const;
export const allocateParam = z
  .object({
    AllowedMiners: orNull(z.array(count)),
    AllowedProofTypes: orNull(z.array(count)),
    ...askingParam,
  })
  .nullish();
export const dealsParam = z.object({ MaxDeals: orNull(count), MinUsedSpace: orNull(count) }).nullish();
export const allocatedParam = z.object({ ID: sectorIdParam, ProofType: count });
const sealed = {
  CommR: bytes32,
  CommD: bytes32,
  Ticket: z.object({ Ticket: z.base64(), Epoch: z.number().int() }),
};
export const preCommitParam = z.object({
  ...sealed,
  Deals: z
    .array(count)
    .nullish()
    .transform((deals) => deals ?? []),
});
export const proofParam = z.object({ Proof: z.base64(), Sealed: orNull(z.object(sealed)) });
export const reportParam = z.object({
  Worker: z.object({ Instance: shortened, Location: shortened }),
  StateChange: z.object({ Prev: shortened, Next: shortened, Event: shortened }),
  Failure: orNull(z.object({ Level: level, Desc: shortened })),
});
