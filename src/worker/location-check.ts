/** Whether threads can work where they are told to. */
import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { messageOf, SealvisorError } from '../protocol/errors.js';

/** One disk that refuses is its thread's failure; where all do, it is the configuration's. @throws location_not_writable */
export async function checkAnyWritable(locations: readonly string[]): Promise<void> {
  const checks = await Promise.allSettled(locations.map(checkWritable));
  const refused = checks.filter((check) => check.status === 'rejected');
  if (refused.length === checks.length) throw refused[0]?.reason;
}

/** Makes the location. @throws location_not_writable */
export async function checkWritable(location: string): Promise<void> {
  try {
    await mkdir(location, { recursive: true });
    await access(location, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new SealvisorError(
      'location_not_writable',
      `cannot write to ${location}: ${messageOf(cause)}; make it writable for this user or change the thread's location`,
      { cause },
    );
  }
}
