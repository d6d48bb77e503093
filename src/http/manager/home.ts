import { makeOne } from '../../disks/make-below.js';
import { messageOf, SealvisorError } from '../../protocol/errors.js';

/**
 * Makes the directory of a manager's state, and none above it: where one is missing, its disk may be, and a manager that
 * began anew there would give numbers again. @throws location_not_writable
 */
export async function makeHome(home: string): Promise<void> {
  await makeOne(home).catch((cause: unknown) => {
    throw new SealvisorError(
      'location_not_writable',
      `cannot keep the manager's state in ${home}: ${messageOf(cause)}; mount its disk, make the directory above it, or choose another --home`,
      { cause },
    );
  });
}
