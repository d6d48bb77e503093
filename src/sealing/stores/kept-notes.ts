/**
 * Digests that are stored with a sector: a reader years later, on another machine, can check whether it is what was written
 * there. A sector that was stored without them is not checked.
 */
import { hash } from 'node:crypto';
import { basename, join } from 'node:path';
import { readRegular } from '../../disks/regular-file.js';
import { systemCodeOf } from '../../protocol/errors.js';
import { StageError } from '../../protocol/level.js';
import { faultOf } from '../file-fault.js';
import { type FileNote, noteFile } from '../file-notes.js';
import type { StoredSector } from './stored-sector.js';

type KeptNote = Pick<FileNote, 'size' | 'sha256'>;
/** By file name; the name of the sector's own file is `sector`. */
type KeptNotes = Readonly<Record<string, KeptNote>>;

const limits = { mostBytes: 1024 * 1024 };

const sectorName = 'sector';

export const keptNotesFile = ({ cacheDir }: StoredSector) => join(cacheDir, 'sealvisor-digests.json');

/** @param stored notes that were compared when the files were written, with absolute paths */
export async function writeKeptNotes(place: StoredSector, stored: readonly FileNote[]): Promise<void> {
  const files = Object.fromEntries(
    stored.map(({ path, size, sha256 }) => [
      path === place.file ? sectorName : basename(path),
      { size, sha256 },
    ]),
  );
  const { writeJson } = await import('../builtin/files/atomic.js');
  await writeJson(keptNotesFile(place), { version: 1, files, sum: sumOf(files) });
}

/** What is wrong with a stored sector, naming the file; undefined when all files are intact, or there are no notes. */
export async function keptFault(place: StoredSector, signal: AbortSignal): Promise<string | undefined> {
  for (const { path, ...note } of await keptFiles(place)) {
    const fault = await faultOf(path, { ...note, touch: '' }, true, signal);
    if (fault !== undefined) return `${path} ${fault}`;
  }
  return undefined;
}

/** Notes of a stored sector's files as they were written, for stages that check them; empty when there are no notes. */
export async function notesOfKept(place: StoredSector, signal: AbortSignal): Promise<readonly FileNote[]> {
  const notes: FileNote[] = [];
  for (const kept of await keptFiles(place)) {
    const now = await noteFile(kept.path, place.cacheDir, signal);
    // A file that differs now gets no touch, so that it is read again and the damage is found.
    notes.push({ ...kept, touch: now.sha256 === kept.sha256 ? now.touch : '' });
  }
  return notes;
}

async function keptFiles(place: StoredSector): Promise<readonly Omit<FileNote, 'touch'>[]> {
  return Object.entries(await keptNotes(place)).map(([name, { size, sha256 }]) => ({
    path: name === sectorName ? place.file : join(place.cacheDir, basename(name)),
    size,
    sha256,
  }));
}

async function keptNotes(place: StoredSector): Promise<KeptNotes> {
  const path = keptNotesFile(place);
  try {
    // Written above; its sum proves that it is complete.
    const { files, sum } = JSON.parse((await readRegular(path, limits)).toString()) as {
      files?: KeptNotes;
      sum?: string;
    };
    if (files && sum === sumOf(files)) return files;
  } catch (thrown) {
    if (systemCodeOf(thrown) === 'ENOENT') return {};
    if (!(thrown instanceof SyntaxError)) throw thrown;
  }
  throw new StageError(
    'permanent',
    `${path} is damaged: it is not what was written there; compare the sector with another copy, then remove this file and try again`,
  );
}

const sumOf = (files: KeptNotes) => hash('sha256', JSON.stringify(files));
