/** What a thread has brought to stores of the sector at hand: kept beside the sector, and gone with it. */
import { dirname, join } from 'node:path';
import { writeDurably } from '../../disks/durable-file.js';
import { makeOnDisk } from '../../disks/make-on-disk.js';
import { readRegular } from '../../disks/regular-file.js';
import { systemCodeOf } from '../../protocol/errors.js';
import { sectorFiles } from '../sector-files.js';

/** The sector's file in a store, and each CommR (hex) that was brought there. */
export interface Brought {
  readonly file: string;
  readonly commRs: readonly string[];
}

const limits = { mostBytes: 1024 * 1024 };

const pathOf = (location: string, sectorId: string) =>
  join(sectorFiles(location, sectorId).root, 'brought.json');

export async function broughtBy(location: string, sectorId: string): Promise<readonly Brought[]> {
  try {
    // Written below alone, whole or not at all.
    return JSON.parse(
      (await readRegular(pathOf(location, sectorId), limits)).toString(),
    ) as readonly Brought[];
  } catch (thrown) {
    // One that cannot be read says nothing: then less is allowed, not more.
    if (systemCodeOf(thrown) === 'ENOENT' || thrown instanceof SyntaxError) return [];
    throw thrown;
  }
}

/** On disk when it returns. */
export async function noteBrought(location: string, sectorId: string, file: string, commR: string) {
  const all = await broughtBy(location, sectorId);
  const before = all.find((each) => each.file === file)?.commRs ?? [];
  if (before.includes(commR)) return;
  const path = pathOf(location, sectorId);
  const next = [...all.filter((each) => each.file !== file), { file, commRs: [...before, commR] }];
  await makeOnDisk(location, dirname(path));
  await writeDurably(path, `${JSON.stringify(next)}\n`);
}
