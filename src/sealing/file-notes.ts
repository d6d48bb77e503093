/** What each stage wrote: the sizes and digests of its files, kept in the record by the plan's name for each file. */
import { stat } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import type { ThreadRecord } from '../../machines/thread-record.js';
import { digestOf, touchOf } from './digests.js';
import { notedPaths } from './plan-files.js';
import { sectorFiles } from './sector-files.js';

export interface FileNote {
  /** Relative to the sector's own directory; absolute for a file in a store. */
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  /** Identifies an untouched file; empty when it was written so recently that a later write could look the same. */
  readonly touch: string;
}

export type Notes = Readonly<Record<string, readonly FileNote[]>>;

/** The longest interval between ticks of a file system's clock, in ms. */
const clockTickMs = 50;

/** The notes of a record; empty for a record from a version without notes. */
export function notesOf(record: Pick<ThreadRecord, 'outputs'>): Notes {
  // Only `noted` writes it.
  return (record.outputs.files ?? {}) as Notes;
}

/** A note of one file as it is now. */
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

/** `record`'s notes, updated for the files called `names` as they are now. */
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
    // A processor may change a file in place that an earlier one wrote.
    const others = Object.entries(notes).map(
      ([other, each]) => [other, each.filter(({ path }) => !anew.has(path))] as const,
    );
    notes = { ...Object.fromEntries(others), [name]: made };
  }
  return notes;
}
