/**
 * SHA-256 of files, cached in a thread's memory. It is the fastest digest of node's own crypto on a CPU that has instructions
 * for it (1.7 times BLAKE2b). A file that this thread wrote itself is not read again for its digest, unless it has been
 * touched since.
 */
import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { readAhead } from '../disks/read-ahead.js';

/** A string that changes whenever a file is written, replaced or truncated: no program can set an inode's change time. */
export function touchOf({ ino, ctimeNs, size }: BigIntStats): string {
  return `${ino}:${ctimeNs}:${size}`;
}

interface Known {
  readonly touch: string;
  readonly sha256: string;
}

const mostKnown = 1000;
const known = new Map<string, Known>();

/** Caches the digest of a file that this thread has just written under its final name, or has just read. */
export function remember(path: string, sha256: string, stats: BigIntStats): void {
  known.delete(path);
  const [oldest] = known.keys();
  if (known.size >= mostKnown && oldest !== undefined) known.delete(oldest);
  known.set(path, { touch: touchOf(stats), sha256 });
}

/** Drops the cached digest: the file is read the next time its digest is needed. */
export function forget(path: string): void {
  known.delete(path);
}

/** The digest of the file at `path` now: cached if the file was not touched since, else read. */
export async function digestOf(path: string, signal: AbortSignal, passed?: Passed): Promise<string> {
  const before = known.get(path);
  if (before && before.touch === touchOf(await stat(path, { bigint: true }))) return before.sha256;
  return digestRead(path, signal, passed);
}

/** Called after each slice with the number of bytes read so far. */
export type Passed = (bytes: number) => void;

/** The digest of the file at `path`, always read in full. */
export async function digestRead(path: string, signal: AbortSignal, passed?: Passed): Promise<string> {
  const handle = await open(path, 'r');
  try {
    const stats = await handle.stat({ bigint: true });
    const digest = createHash('sha256');
    signal.throwIfAborted();
    await readAhead(handle, (slice, position) => {
      signal.throwIfAborted();
      digest.update(slice);
      passed?.(position + slice.length);
    });
    const sha256 = digest.digest('hex');
    remember(path, sha256, stats);
    return sha256;
  } finally {
    await handle.close();
  }
}
