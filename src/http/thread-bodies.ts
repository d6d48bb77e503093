/** Bodies of the routes that steer a thread, the same on worker and manager (SPEC section 9). */
import * as z from 'zod';

const text = z.string().max(1000);

export const pauseBody = z.strictObject({
  how: z.enum(['after-stage', 'freeze', 'now']).optional(),
  reason: text.optional(),
  by: text.optional(),
});

export const resumeBody = z.strictObject({
  state: z.string().max(64).nullish(),
  reason: text.optional(),
  by: text.optional(),
  dryRun: z.boolean().optional(),
});
