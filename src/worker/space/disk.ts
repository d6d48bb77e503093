/** Reads free and used space of disks, with a deadline: a lost network disk does not answer, and must not block others. */
import { lstat, readdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../../actors/index.js';
import { diskGate } from '../../disks/disk-gate.js';
import { messageOf, systemCodeOf } from '../../protocol/errors.js';

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
  /** The space of the file system that a path is on, or will be on once it is created. */
  read(path: string): Promise<Reading>;
  /** Bytes on disk of the files in these directories; null when they cannot be read. */
  bytesIn(paths: readonly string[]): Promise<number | null>;
}

/** `check` rejects with the reason when a path is not on its expected disk. */
export function diskReader(
  clock: Clock,
  deadlineMs = 2000,
  ask: typeof statfs = statfs,
  check: (path: string) => Promise<void> = async () => undefined,
): Disks {
  const { within } = diskGate(clock, deadlineMs);
  return {
    read: async (path) => {
      try {
        await check(path);
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
    // Not created yet: it will be on the disk of its parent.
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
    // Removed since it was listed, or not created yet.
    if (systemCodeOf(error) === 'ENOENT') return 0;
    throw error;
  }
}
