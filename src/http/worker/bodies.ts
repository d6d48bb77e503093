/** Bodies of the routes that control the worker as a whole (docs/spec.md#rest). */
import * as z from 'zod';
import { asked } from '../thread-bodies.js';

/** Thirty days: a larger value was probably meant in another unit. */
const longestMs = 30 * 24 * 3600 * 1000;
const milliseconds = z.int().min(0).max(longestMs);

export const drainBody = z.strictObject({
  toFinish: z.boolean().optional(),
  deadlineMs: milliseconds.optional(),
  ...asked,
});

export const adoptBody = z.strictObject({ manager: z.string().min(1).max(200).optional(), ...asked });

export const stopBody = z.strictObject({ graceMs: milliseconds.nullish(), ...asked });

export const reloadBody = z.strictObject({ dryRun: z.boolean().optional(), ...asked });

const limitExpected =
  'a whole number from 1, or null for none; to stop a stage, pause its threads or cordon the worker';

export const limitBody = z.strictObject({
  limit: z.int(limitExpected).min(1, limitExpected).max(1_000_000, limitExpected).nullable(),
  ...asked,
});
