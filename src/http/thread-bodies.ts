/** Bodies of the routes that steer a thread, the same on worker and manager (SPEC section 9). */
import * as z from 'zod';

const text = z.string().max(1000);
const command = {
  reason: text.optional(),
  by: text.optional(),
  id: z.string().min(1).max(200).optional(),
  ifRevision: z.number().int().min(0).optional(),
} as const;

export const pauseBody = z.strictObject({
  ...command,
  how: z.enum(['after-stage', 'freeze', 'now']).optional(),
  waitMs: z.number().int().min(0).optional(),
});

export const restartBody = z.strictObject({ reason: text.optional(), by: text.optional() });

export const resumeBody = z.strictObject({
  ...command,
  state: z.string().max(64).nullish(),
  dryRun: z.boolean().optional(),
  force: z.boolean().optional(),
});
