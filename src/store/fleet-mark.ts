/** A file next to the manager's database that records its identity: without it a lost database would be taken for a new one. */
import { dirname, join } from 'node:path';
import { writeNewSync } from '../disks/durable-file.js';
import { readRegularSync } from '../disks/regular-file.js';
import { messageOf, SealvisorError, systemCodeOf } from '../protocol/errors.js';
import { notWritable } from './database.js';

const markName = 'manager-identity.json';
export const fleetMarkFile = (database: string) => join(dirname(database), markName);

/** What to do about a lost or damaged database, and what starting empty costs. */
export const fleetAdvice = `restore it and its -wal from a backup of the home; or move both and ${markName} away to start empty: that is another manager then, its sector numbers continue after those that its workers report, it knows no sector, and its workers ask for nothing until \`venus-worker worker adopt\``;

/** The identity of the database that was made here; undefined if none was. @throws store_failed */
export function readFleetMark(database: string): string | undefined {
  const file = fleetMarkFile(database);
  let why: string;
  let cause: unknown;
  try {
    const found: unknown = JSON.parse(readRegularSync(file, { mostBytes: 64 * 1024 }).toString());
    const id =
      found !== null && typeof found === 'object' && 'identity' in found ? found.identity : undefined;
    if (typeof id === 'string' && id !== '') return id;
    why = 'its identity is missing';
  } catch (thrown) {
    if (systemCodeOf(thrown) === 'ENOENT') return undefined;
    why = messageOf(thrown);
    cause = thrown;
  }
  throw new SealvisorError(
    'store_failed',
    `cannot read ${file} (${why}); it was left as it is: check the disk, then restore it from a backup of the home; where ${database} is this manager's own, moving ${markName} away is enough`,
    { cause },
  );
}

/** Writes the mark; it is on disk when it returns. @throws location_not_writable */
export function makeFleetMark(database: string, identity: string): void {
  const file = fleetMarkFile(database);
  const mark = { version: 1, identity, madeAt: new Date().toISOString() };
  try {
    writeNewSync(file, `${JSON.stringify(mark, null, 2)}\n`);
  } catch (cause) {
    throw notWritable(file, cause);
  }
}

export function lostDatabase(database: string, identity: string): SealvisorError {
  return new SealvisorError(
    'store_failed',
    `${database} is gone, and the manager ${identity} was made here (${fleetMarkFile(database)}); nothing was made in its place: mount its disk, or ${fleetAdvice}`,
  );
}

export function otherDatabase(database: string, found: string | undefined, identity: string): SealvisorError {
  const what = found === undefined ? 'has lost its identity' : `is of the manager ${found}`;
  return new SealvisorError(
    'store_failed',
    `${database} ${what}, and this home is of the manager ${identity} (${fleetMarkFile(database)}); it was left as it is: put this manager's own back (${fleetAdvice}); to change to the other one for good, move ${markName} alone away`,
  );
}
