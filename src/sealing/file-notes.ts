/** What each stage wrote: its files' sizes and digests, kept in the record, by the name that the plan gives a file. */
import { readdirSync, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import type { ThreadRecord } from '../../machines/thread-record.js';
import { digestOf, touchOf } from './digests.js';
import { dataTree, type SectorFiles, sectorFiles } from './sector-files.js';
import { isForeign, isForeignUpdate, isOurPc1 } from './whose-sector.js';

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

const sealedCache = ['p_aux', 't_aux', 'sc-02-data-tree-r-last.dat', 'sealvisor.json'] as const;

/** The notes of a record; a record from before there were any has none. */
export function notesOf(record: Pick<ThreadRecord, 'outputs'>): Notes {
  // Written by `noted` alone.
  return (record.outputs.files ?? {}) as Notes;
}

/** The name under which a file is noted: what is kept of a sector that is made again is one of two. */
export function noteName(name: string, outputs: ThreadRecord['outputs']): string {
  if (name !== 'replica') return name;
  return outputs.upgrade ? 'update' : 'sealed';
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
    for (const path of pathsOf(name, files, record.outputs, notes))
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

/** Where the files of a name lie, those that are there. */
function pathsOf(
  name: string,
  files: SectorFiles,
  outputs: ThreadRecord['outputs'],
  notes: Notes,
): readonly string[] {
  switch (name) {
    case 'staged':
      return present([files.staged]);
    case 'tree-d':
      return present([join(files.cacheDir, dataTree)]);
    case 'layers':
      if (!isOurPc1(outputs.pc1)) return othersIn(files, { ...notes, layers: [], sealed: [] });
      return filesUnder(files.cacheDir).filter((path) => /sc-02-data-layer-\d+\.dat$/.test(path));
    case 'sealed':
      if (isForeign(outputs)) return othersIn(files, notes);
      return present([files.sealed, ...sealedCache.map((each) => join(files.cacheDir, each))]);
    case 'snap-staged':
      return present([files.snapStaged]);
    case 'snap-tree-d':
      return present([join(files.updateCacheDir, dataTree)]);
    case 'update':
      if (isForeignUpdate(outputs)) return present([files.update, ...filesUnder(files.updateCacheDir)]);
      return present([files.update, ...sealedCache.map((each) => join(files.updateCacheDir, each))]);
    case 'piece':
      return filesUnder(files.piecesDir);
    default:
      return [];
  }
}

/** What other processors keep beside the sector is theirs: all of it that nobody has noted, or that was touched since. */
function othersIn(files: SectorFiles, notes: Notes): readonly string[] {
  const before = new Map(
    Object.values(notes).flatMap((each) =>
      each.map(({ path, touch }) => [join(files.root, path), touch] as const),
    ),
  );
  return present([files.sealed, ...filesUnder(files.cacheDir)]).filter((path) => {
    const touch = before.get(path);
    return (
      touch === undefined || path === files.sealed || touchOf(statSync(path, { bigint: true })) !== touch
    );
  });
}

function present(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}

/** All files but those that were not whole when their writer ended, in one order everywhere. */
function filesUnder(dir: string): readonly string[] {
  let names: readonly string[];
  try {
    names = readdirSync(dir, { recursive: true, encoding: 'utf8' });
  } catch {
    // No such directory: nothing was written there. One that cannot be read is told by the stage that uses it.
    return [];
  }
  const byNumber = new Intl.Collator('en', { numeric: true });
  return present(
    names
      .filter((name) => !/(^|\/)\.[^/]*$/.test(name))
      .toSorted(byNumber.compare)
      .map((name) => join(dir, name)),
  );
}
