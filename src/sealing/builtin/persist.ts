import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { StageError } from '../../protocol/level.js';
import { writeAtomically } from './atomic-file.js';
import { cacheFiles } from './cache-files.js';
import { withInput } from './input-file.js';
import { Slices, type Work } from './slices.js';

export interface PersistTask {
  readonly sealedPath: string;
  readonly cacheDir: string;
  readonly storePath: string;
  /** `s-t0<miner>-<number>` */
  readonly sectorId: string;
}

export interface PersistOutput {
  readonly sealedPath: string;
  readonly cacheDir: string;
}

const copyBytes = 1024 * 1024;
const kept = ['persistentAux', 'temporaryAux', 'treeR', 'manifest'] as const;

/**
 * Copies the sealed file and what is needed of the cache to the store, each file whole or not at all and read back;
 * run again it makes the same files. The sealed file comes last: where it is, the cache is complete.
 */
export async function persist(task: PersistTask, work: Work): Promise<PersistOutput> {
  const cacheDir = join(task.storePath, 'cache', task.sectorId);
  const sealedPath = join(task.storePath, 'sealed', task.sectorId);
  for (const name of kept)
    await copy(join(task.cacheDir, cacheFiles[name]), join(cacheDir, cacheFiles[name]), work);
  await copy(task.sealedPath, sealedPath, work);
  return { sealedPath, cacheDir };
}

async function copy(from: string, to: string, work: Work): Promise<void> {
  const slices = new Slices(work);
  const buffer = Buffer.alloc(copyBytes);
  await withInput(from, undefined, (source) =>
    writeAtomically(to, async (target) => {
      const { size } = source;
      const digestOf = async (read: (position: number, length: number) => void, passed: number) => {
        const digest = createHash('sha256');
        for (let position = 0; position < size; position += copyBytes) {
          const length = Math.min(copyBytes, size - position);
          read(position, length);
          digest.update(buffer.subarray(0, length));
          if (slices.isOver)
            await slices.next({ done: passed + position + length, total: 2 * size, unit: 'bytes' });
        }
        return digest.digest('hex');
      };
      const written = await digestOf((position, length) => {
        source.read(buffer, position, length);
        target.write(buffer.subarray(0, length), position);
      }, 0);
      await target.sync();
      const found = await digestOf((position, length) => target.read(buffer, position, length), size);
      work.progress({ done: 2 * size, total: 2 * size, unit: 'bytes' });
      if (found !== written)
        throw new StageError('critical', `${to} does not read back as written: check the disk, then resume`);
    }),
  );
}
