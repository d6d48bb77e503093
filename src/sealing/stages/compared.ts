/** What a store keeps is compared with what was sealed before it counts. */
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFile } from '../../disks/durable-file.js';
import { systemCodeOf } from '../../protocol/errors.js';
import { StageError } from '../../protocol/level.js';
import { digestOf, digestRead } from '../digests.js';
import { type FileNote, noteFile, notesOf } from '../file-notes.js';
import type { StageContext } from '../stage.js';
import { again, sectorWork } from './sector-work.js';

/** A file of the sector, and where it is kept. */
export interface Copy {
  readonly source: string;
  readonly target: string;
}

/**
 * Copies that have still to be made. Where another file has the name it is removed: the place is this thread's to write
 * to, and no transfer replaces a file. One that is the same stays, whatever its source has become.
 */
export async function stillToBring(context: StageContext, copies: readonly Copy[]): Promise<readonly Copy[]> {
  const wanted = await digestsOf(context);
  const missing: Copy[] = [];
  // The sector's own file comes last, and goes first: what tells its CommR stays as long as it does.
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
 * Notes of the stored files, each brought to the disk and the same as the local one was when it was made. The bytes that
 * lie in the store are read, once, whoever wrote them.
 * @throws StageError permanent for the first file that is another
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
    // The second half of what the transfer counts.
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

/** The digest that a file had when it was made; of one that nobody noted, what it has now. */
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
