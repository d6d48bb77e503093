import { makeOne } from '../../disks/make-below.js';
import { messageOf, SealvisorError } from '../../protocol/errors.js';

/**
 * Makes the directory of a manager's state, but not its parents: if a parent is missing, its disk may not be mounted, and a
 * manager with an empty home would allocate used numbers again. @throws location_not_writable
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
