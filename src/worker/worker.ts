/** The worker as a tree: its sealing threads, and the doors that its caller adds. It serves no HTTP itself. */
import { commanded } from './start/command.js';
import { openGround } from './start/open.js';
import { people } from './start/people.js';
import { seat } from './start/seat.js';
import { serve } from './start/serve.js';
import { steer } from './start/steer.js';
import type { Worker, WorkerOptions } from './words.js';

export type { Worker, WorkerOptions } from './words.js';

/**
 * Starts a worker. Each step uses only the steps before it.
 * @throws location_not_writable if no thread has a usable location; the error of a child's first start (nothing is left running)
 */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { promise: stopAsked, resolve: askStop } = Promise.withResolvers<number | undefined>();
  const ground = await openGround(options);
  const steering = steer(ground);
  const seating = seat(ground, steering);
  const crew = people(ground, steering, seating);
  const control = commanded(ground, steering, seating, crew, askStop);
  return serve({ ground, steering, seating, crew, control, stopAsked });
}
