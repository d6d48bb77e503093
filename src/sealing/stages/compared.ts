/** Compares stored files with what was sealed, before they are relied on. */
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFile } from '../../disks/durable-file.js';
import { systemCodeOf } from '../../protocol/errors.js';
import { StageError } from '../../protocol/level.js';
import { digestOf, digestRead } from '../digests.js';
import { type FileNote, noteFile, notesOf } from '../file-notes.js';
import type { StageContext } from '../stage.js';
import { again, sectorWork } from './sector-work.js';

/** A file of the sector, and its path in the store. */
export interface Copy {
  readonly source: string;
  readonly target: string;
}

/**
 * Copies that still have to be made. A different file of the same name is removed: this thread holds the claim, and a
 * transfer never replaces a file. An identical file is kept, even if its source has changed.
 */
export async function stillToBring(context: StageContext, copies: readonly Copy[]): Promise<readonly Copy[]> {
  const wanted = await digestsOf(context);
  const missing: Copy[] = [];
  // The sector's own file is written last and removed first: as long as it is there, so are the files that have its CommR.
  for (const copy of copies.toReversed()) {
    const { source, target } = copy;
    const found = await sizeOf(target);
    if (
      found === (await sizeOf(source)) &&
      (await digestRead(target, context.signal)) === (await wanted(source))
    )
      continue;
    if (found !== undefined) await rm(target, { force: true });
    missing.unshift(copy);
  }
  return missing;
}

/**
 * Notes of the stored files, after each was flushed to the disk and compared with the digest of the local one when it was
 * made. The stored bytes are read once, no matter which processor wrote them.
 * @throws StageError permanent for the first file that differs
 */
export async function compared(context: StageContext, copies: readonly Copy[]): Promise<readonly FileNote[]> {
  const { files } = await sectorWork(context);
  const { signal, record, progress } = context;
  const wanted = await digestsOf(context);
  const stored: FileNote[] = [];
  const sizes = await Promise.all(copies.map(async ({ source }) => (await sizeOf(source)) ?? 0));
  const all = sizes.reduce((sum, size) => sum + size, 0);
  let before = all;
  for (const [at, { source, target }] of copies.entries()) {
    if ((await sizeOf(target)) === undefined) throw wrongCopy(record.state, target, 'is missing');
    await syncFile(target);
    const expected = await wanted(source);
    // The second half of the transfer's progress.
    const passed = (bytes: number) => progress({ done: before + bytes, total: 2 * all, unit: 'bytes' });
    await digestOf(target, signal, passed);
    before += sizes[at] ?? 0;
    const note = await noteFile(target, files.root, signal);
    if (note.sha256 !== expected) {
      if ((await digestRead(source, signal)) === expected)
        throw wrongCopy(record.state, target, `is not the same as ${source}`);
      const from = again(context, 'PC2', 'SnapEncode');
      throw new StageError(
        'permanent',
        `${source} has another digest than what was sealed: resume --state ${from} makes it again`,
      );
    }
    stored.push(note);
  }
  return stored;
}

/** The digest that a file had when it was made; if that was not noted, its current digest. */
export async function digestsOf(context: StageContext): Promise<(source: string) => Promise<string>> {
  const { files } = await sectorWork(context);
  const groups = Object.values(notesOf(context.record)).flat();
  const noted = new Map(groups.map(({ path, sha256 }) => [join(files.root, path), sha256]));
  return async (source) => noted.get(source) ?? digestOf(source, context.signal);
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (thrown) {
    if (systemCodeOf(thrown) === 'ENOENT') return undefined;
    throw thrown;
  }
}

function wrongCopy(state: string, path: string, fault: string): StageError {
  return new StageError(
    'permanent',
    `${path} ${fault}: see what the transfer processor did; resume --state ${state} brings it again`,
  );
}
