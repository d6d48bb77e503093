/** The manager's RPC parameters for jobs, as zod schemas (docs/spec.md#rpc); unknown keys are ignored. */
import * as z from 'zod';
import { allocateParam, askingParam, bytes32, count, dealsParam, orNull } from './sealer-wire.js';
import { shortText } from './some-of.js';

/** Go writes an empty list as null. */
export const orEmpty = <T extends z.ZodType>(list: z.ZodArray<T>) =>
  list.nullish().transform((found) => found ?? []);

const anything = { AllowedMiners: null, AllowedProofTypes: null, Request: null };
const anyDeals = { MaxDeals: null, MinUsedSpace: null };

/** A CID as Go's JSON writes it, or just its text. */
const cidLink = z.object({ '/': z.string().min(1) });
export const cidParam = z.union([z.string().min(1), cidLink.transform((link) => link['/'])], {
  error: 'a CID such as {"/":"baga6ea4seaq…"}',
});

export const allowedParam = allocateParam.transform((spec) => spec ?? anything);
export const snapUpSpecParam = z
  .object({ Sector: allocateParam, Deals: dealsParam, Request: askingParam.Request })
  .nullish()
  .transform((spec) => ({
    Sector: spec?.Sector ?? anything,
    Deals: spec?.Deals ?? anyDeals,
    Request: spec?.Request,
  }));
export const snapUpProofParam = z.object({
  CommR: bytes32,
  CommD: bytes32,
  AccessInstance: z.string(),
  Pieces: orEmpty(z.array(cidParam.transform((cid) => ({ '/': cid })))),
  Proof: z.base64(),
});
export const sizeParam = count;
/** Go writes a missing text as an empty string. */
export const wordsParam = z
  .string()
  .nullish()
  .transform((words) => shortText(words ?? '', 4096));
const proofBytes = z.union(
  [z.array(z.int().min(0).max(255)), z.base64().transform((text) => [...Buffer.from(text, 'base64')])],
  'bytes, as numbers from 0 to 255 or in base64',
);
export const wdPostSpecParam = z
  .object({
    AllowedMiners: orNull(z.array(count)),
    AllowedProofTypes: orNull(z.array(z.string())),
    Request: askingParam.Request,
  })
  .nullish()
  .transform((spec) => spec ?? anything);
export const candidatesParam = orEmpty(z.array(z.string().min(1)));
export const jobIdsParam = orEmpty(z.array(z.string().min(1)));
export const wdPostOutputParam = z
  .object({
    // All sectors may be faulty.
    proofs: orEmpty(z.array(proofBytes)),
    faults: orEmpty(z.array(count)),
  })
  .nullish()
  .transform((output) => output ?? null);
