/** What a thread has brought to stores of the current sector: kept beside the sector, and gone with it. */
import { dirname, join } from 'node:path';
import { writeDurably } from '../../disks/durable-file.js';
import { makeOnDisk } from '../../disks/make-on-disk.js';
import { readRegular } from '../../disks/regular-file.js';
import { systemCodeOf } from '../../protocol/errors.js';
import { sectorFiles } from '../sector-files.js';

/** The sector's file in a store, and what was brought there. */
export interface Brought {
  readonly file: string;
  /** Hex. */
  readonly commRs: readonly string[];
  /** Of each sector's own file and `p_aux`: what another's processors made says its CommR to nobody here. */
  readonly sha256s: readonly string[];
}

const limits = { mostBytes: 1024 * 1024 };

const pathOf = (location: string, sectorId: string) =>
  join(sectorFiles(location, sectorId).root, 'brought.json');

export async function broughtBy(location: string, sectorId: string): Promise<readonly Brought[]> {
  try {
    // Written below alone, whole or not at all; earlier versions noted no digests.
    const all = JSON.parse(
      (await readRegular(pathOf(location, sectorId), limits)).toString(),
    ) as readonly (Omit<Brought, 'sha256s'> & Partial<Brought>)[];
    return all.map((each) => ({ ...each, sha256s: each.sha256s ?? [] }));
  } catch (thrown) {
    // One that cannot be read says nothing: then less is allowed, not more.
    if (systemCodeOf(thrown) === 'ENOENT' || thrown instanceof SyntaxError) return [];
    throw thrown;
  }
}

/** Adds to what was brought to that file's place. On disk when it returns. */
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
