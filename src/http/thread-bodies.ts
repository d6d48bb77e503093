/** Bodies of the routes that control a thread, the same on worker and manager (docs/spec.md#rest). */
import * as z from 'zod';
import { rowKinds } from '../protocol/thread.js';
import { byText, commandIdText } from './who.js';

/** Who gives the command, why, and its id. */
export const asked = {
  id: commandIdText.optional(),
  reason: z.string().max(1000).optional(),
  by: byText.optional(),
};

const command = {
  ...asked,
  ifRevision: z.int().min(0).optional(),
};

/** How long an answer may wait at most for a thread to be paused, ms. */
export const longestWaitMs = 600_000;

export const pauseBody = z.strictObject({
  how: z.enum(['after-stage', 'freeze', 'now']).optional(),
  waitMs: z.int().min(0).max(longestWaitMs).optional(),
  ...command,
});

/** The body of commands without other parameters: a restart, a cordon, the abort of a sector. */
export const askedBody = z.strictObject(asked);

export const resumeBody = z.strictObject({
  state: z.string().max(64).nullish(),
  dryRun: z.boolean().optional(),
  force: z.boolean().optional(),
  ...command,
});

const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'a whole number')
  .transform(Number);

/** The most rows that one request may ask for. */
const mostRows = 100_000;

/** `?limit&after&sector&kind=transition,error`; an unknown parameter is refused, naming it. */
export const historyQuery = z
  .strictObject({
    limit: wholeNumber
      .refine((n) => n >= 1 && n <= mostRows, `a whole number from 1 to ${mostRows}`)
      .optional(),
    after: wholeNumber.optional(),
    sector: z
      .string()
      .regex(
        /^(s-t0\d{1,15}-\d{1,15}|[A-Za-z0-9][\w-]{0,62}-\d{1,15})$/,
        'a sector such as s-t010000-2, or a job such as wdpost-5',
      )
      .optional(),
    kind: z
      .string()
      .transform((text) => text.split(','))
      .pipe(z.array(z.enum(rowKinds)))
      .optional(),
  })
  .transform(({ kind, ...query }) => ({ ...query, kinds: kind }));
