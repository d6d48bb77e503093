/** What disks say of themselves, with a deadline: a network disk that is gone answers no more, and must hold nobody up. */
import { lstat, readdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../actors/index.js';
import { messageOf, systemCodeOf } from '../protocol/errors.js';

export type Reading =
  | {
      readonly isRead: true;
      /** The same for all directories of one file system. */
      readonly device: number;
      readonly freeBytes: number;
      readonly totalBytes: number;
    }
  | { readonly isRead: false; readonly why: string };

export interface Disks {
  /** Of the file system a path is on, or will be on when it is made. */
  read(path: string): Promise<Reading>;
  /** What the files in these directories take on disk; null when that cannot be told. */
  bytesIn(paths: readonly string[]): Promise<number | null>;
}

/** Each that does not come back holds one of the four threads that the whole process reads files with. */
const mostHanging = 2;

export function diskReader(clock: Clock, deadlineMs = 2000, ask: typeof statfs = statfs): Disks {
  const hanging = new Set<string>();
  const within = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
    const late = new Error(`it has not answered within ${deadlineMs / 1000} s`);
    if (hanging.has(path)) throw late;
    if (hanging.size >= mostHanging) throw new Error(`${[...hanging].join(' and ')} do not answer`);
    let timer: unknown;
    const deadline = new Promise<never>((_, reject) => {
      timer = clock.setTimeout(() => {
        hanging.add(path);
        reject(late);
      }, deadlineMs);
    });
    const answer = work().finally(() => {
      clock.clearTimeout(timer);
      hanging.delete(path);
    });
    return Promise.race([answer, deadline]);
  };
  return {
    read: async (path) => {
      try {
        return await within(path, () => reading(path, ask));
      } catch (error) {
        return { isRead: false, why: messageOf(error) };
      }
    },
    bytesIn: async (paths) => {
      const sizes = await Promise.all(
        paths.map((path) => within(path, () => bytesUnder(path)).catch(() => null)),
      );
      return sizes.includes(null) ? null : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
    },
  };
}

async function reading(path: string, ask: typeof statfs): Promise<Reading> {
  try {
    const [{ bavail, blocks, bsize }, { dev }] = await Promise.all([ask(path), stat(path)]);
    return { isRead: true, device: dev, freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch (error) {
    const parent = dirname(path);
    // Not made yet: it will be on the disk that is there now.
    if (systemCodeOf(error) === 'ENOENT' && parent !== path) return reading(parent, ask);
    throw error;
  }
}

async function bytesUnder(path: string): Promise<number> {
  try {
    const facts = await lstat(path);
    if (!facts.isDirectory()) return facts.blocks * 512;
    const inside = await Promise.all((await readdir(path)).map((name) => bytesUnder(join(path, name))));
    return inside.reduce((sum, bytes) => sum + bytes, facts.blocks * 512);
  } catch (error) {
    // Removed since it was listed, or not made yet.
    if (systemCodeOf(error) === 'ENOENT') return 0;
    throw error;
  }
}
