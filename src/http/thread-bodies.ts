/** Bodies of the routes that steer a thread, the same on worker and manager (SPEC section 9). */
import { z } from 'zod';

const text = z.string().max(1000);

export const pauseBody = z.object({
  how: z.enum(['after-stage', 'freeze', 'now']).optional(),
  reason: text.optional(),
  by: text.optional(),
  waitMs: z.number().int().min(0).optional(),
});

export const resumeBody = z.object({
  state: z.string().max(64).nullish(),
  reason: text.optional(),
  by: text.optional(),
  dryRun: z.boolean().optional(),
  force: z.boolean().optional(),
});
