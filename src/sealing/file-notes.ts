/** What each stage wrote: its files' sizes and digests, kept in the record, by the name that the plan gives a file. */
import { stat } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import type { ThreadRecord } from '../../machines/thread-record.js';
import { digestOf, touchOf } from './digests.js';
import { notedPaths } from './plan-files.js';
import { sectorFiles } from './sector-files.js';

export interface FileNote {
  /** Within the sector's own directory; of a file in a store, absolute. */
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  /** What tells an untouched file; empty when it was written so shortly before that a later write could look the same. */
  readonly touch: string;
}

export type Notes = Readonly<Record<string, readonly FileNote[]>>;

/** A file system's clock may tick as seldom, ms. */
const clockTickMs = 50;

/** The notes of a record; a record from before there were any has none. */
export function notesOf(record: Pick<ThreadRecord, 'outputs'>): Notes {
  // Written by `noted` alone.
  return (record.outputs.files ?? {}) as Notes;
}

/** Notes one file as it is now. */
export async function noteFile(path: string, root: string, signal: AbortSignal): Promise<FileNote> {
  const sha256 = await digestOf(path, signal);
  const stats = await stat(path, { bigint: true });
  const isSettled = Date.now() - Number(stats.ctimeMs) > clockTickMs;
  const within = relative(root, path);
  return {
    path: within.startsWith('..') || isAbsolute(within) ? path : within,
    size: Number(stats.size),
    sha256,
    touch: isSettled ? touchOf(stats) : '',
  };
}

/** `record`'s notes with those of the files called `names`, as they lie there now. */
export async function noted(
  record: ThreadRecord,
  location: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Notes> {
  let notes = notesOf(record);
  if (!record.sector) return notes;
  const files = sectorFiles(location, record.sector.id);
  for (const name of names) {
    const made: FileNote[] = [];
    for (const path of notedPaths(name, files, record.outputs, notes))
      made.push(await noteFile(path, files.root, signal));
    const anew = new Set(made.map(({ path }) => path));
    // A processor may change in place what an earlier one wrote.
    const others = Object.entries(notes).map(
      ([other, each]) => [other, each.filter(({ path }) => !anew.has(path))] as const,
    );
    notes = { ...Object.fromEntries(others), [name]: made };
  }
  return notes;
}
