/** The place of a thread's store. */
import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { messageOf, SealvisorError } from '../protocol/errors.js';

/** Makes the directory when it is not there. @throws location_not_writable */
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
