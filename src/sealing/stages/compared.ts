/** What a store keeps is compared with what was sealed before it counts. */
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StageError } from '../../protocol/level.js';
import { digestOf, digestRead } from '../digests.js';
import { type FileNote, noteFile, notesOf } from '../file-notes.js';
import type { StageContext } from '../stage.js';
import { sectorWork } from './sector-work.js';

/**
 * Notes of the stored files, each brought to the disk and the same as the local one was when it was made. What our own
 * transfer wrote in this thread is known from the bytes that passed; another's is read.
 * @throws StageError permanent for the first file that is another
 */
export async function compared(
  context: StageContext,
  sources: readonly string[],
  targets: readonly string[],
): Promise<readonly FileNote[]> {
  const { files } = await sectorWork(context);
  const { signal, record } = context;
  const groups = Object.values(notesOf(record)).flat();
  const noted = new Map(groups.map(({ path, sha256 }) => [join(files.root, path), sha256]));
  const stored: FileNote[] = [];
  for (const [at, target] of targets.entries()) {
    const source = sources[at] ?? '';
    if (!existsSync(target)) throw wrongCopy(record.state, target, 'is missing');
    await synced(target);
    const expected = noted.get(source) ?? (await digestOf(source, signal));
    const note = await noteFile(target, files.root, signal);
    if (note.sha256 !== expected) {
      if ((await digestRead(source, signal)) === expected)
        throw wrongCopy(record.state, target, `is not the same as ${source}`);
      const from = record.plan === 'snapup' ? 'TreeDBuilt' : 'PC1Done';
      throw new StageError(
        'permanent',
        `${source} has another digest than what was sealed: resume --state ${from} makes it again`,
      );
    }
    stored.push(note);
  }
  return stored;
}

function wrongCopy(state: string, path: string, fault: string): StageError {
  return new StageError(
    'permanent',
    `${path} ${fault}: see what the transfer processor did; resume --state ${state} brings it again`,
  );
}

async function synced(path: string): Promise<void> {
  for (const each of [path, dirname(path)]) {
    const handle = await open(each, 'r');
    await handle.sync().finally(() => handle.close());
  }
}
