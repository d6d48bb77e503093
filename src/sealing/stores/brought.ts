/** What a thread has written to stores for the current sector: noted in the sector's directory, and removed with it. */
import { dirname, join } from 'node:path';
import { writeDurably } from '../../disks/durable-file.js';
import { makeOnDisk } from '../../disks/make-on-disk.js';
import { readRegular } from '../../disks/regular-file.js';
import { systemCodeOf } from '../../protocol/errors.js';
import { sectorFiles } from '../sector-files.js';

/** The sector's file in a store, and what was written there. */
export interface Brought {
  readonly file: string;
  /** Hex. */
  readonly commRs: readonly string[];
  /** Digests of each sector's own file and `p_aux`: the CommR of another program's files cannot be read here. */
  readonly sha256s: readonly string[];
}

const limits = { mostBytes: 1024 * 1024 };

const pathOf = (location: string, sectorId: string) =>
  join(sectorFiles(location, sectorId).root, 'brought.json');

export async function broughtBy(location: string, sectorId: string): Promise<readonly Brought[]> {
  try {
    // Only written below, atomically; earlier versions noted no digests.
    const all = JSON.parse(
      (await readRegular(pathOf(location, sectorId), limits)).toString(),
    ) as readonly (Omit<Brought, 'sha256s'> & Partial<Brought>)[];
    return all.map((each) => ({ ...each, sha256s: each.sha256s ?? [] }));
  } catch (thrown) {
    // An unreadable note counts as empty: that allows less, not more.
    if (systemCodeOf(thrown) === 'ENOENT' || thrown instanceof SyntaxError) return [];
    throw thrown;
  }
}

/** Adds to the note of that file. Durable when it resolves. */
export async function noteBrought(location: string, sectorId: string, now: Brought): Promise<void> {
  const all = await broughtBy(location, sectorId);
  const before = all.find(({ file }) => file === now.file);
  const commRs = [...new Set([...(before?.commRs ?? []), ...now.commRs])];
  const sha256s = [...new Set([...(before?.sha256s ?? []), ...now.sha256s])];
  if (commRs.length === before?.commRs.length && sha256s.length === before.sha256s.length) return;
  const path = pathOf(location, sectorId);
  const next = [...all.filter(({ file }) => file !== now.file), { file: now.file, commRs, sha256s }];
  await makeOnDisk(location, dirname(path));
  await writeDurably(path, `${JSON.stringify(next)}\n`);
}
