/** The worker as a tree: its sealing threads, and the doors that whoever starts it adds. Serves no HTTP itself. */
import { commanded } from './start/command.js';
import { openGround } from './start/open.js';
import { people } from './start/people.js';
import { seat } from './start/seat.js';
import { serve } from './start/serve.js';
import { steer } from './start/steer.js';
import type { Worker, WorkerOptions } from './words.js';

export type { Worker, WorkerOptions } from './words.js';

/**
 * Each stage is made of those before it and of nothing that comes later.
 * @throws location_not_writable when no thread has a location it can use; what a door's first start failed with, nothing is left running
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
