/** The files that plans name, on the disk of a thread: one entry a name says when it is there, what is noted of it, what its ground is. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '../protocol/errors.js';
import { touchOf } from './digests.js';
import { dataTree, type SectorFiles } from './sector-files.js';
import { isForeign, isForeignUpdate, isOurPc1 } from './whose-sector.js';

type Outputs = Readonly<Record<string, unknown>>;
/** What notes tell here of the files that were noted, by name. */
type NotedTouches = Readonly<Record<string, readonly { readonly path: string; readonly touch: string }[]>>;

/** What is left out no plan asks of that name. */
interface PlanFile {
  /** As an operator calls it; of what a state can need. @default its name */
  readonly title?: string;
  /** Whether the sector has such files at all. @default every sector */
  readonly isOf?: (outputs: Outputs) => boolean;
  /** Another name that it stands for. */
  readonly standsFor?: (outputs: Outputs) => string;
  isThere?(files: SectorFiles, outputs: Outputs): boolean;
  /** The files behind the name that are there. */
  noted?(files: SectorFiles, outputs: Outputs, notes: NotedTouches): readonly string[];
  /** Of one file its path, also when it is not there; of a group, those that are. */
  ground?(files: SectorFiles): readonly string[] | Promise<readonly string[]>;
}

/** What PC2 leaves in the cache, ours and upstream's; a large sector's trees lie in parts. */
const sealedCache = /^(p_aux|t_aux|sealvisor\.json|sc-02-data-tree-(c|r-last)(-\d+)?\.dat)$/;
/** What ours leaves there and nothing makes again. */
const notedCache = ['p_aux', 't_aux', 'sc-02-data-tree-r-last.dat', 'sealvisor.json'] as const;
const layer = /sc-02-data-layer-\d+\.dat$/;

const planFiles: Readonly<Record<string, PlanFile>> = {
  staged: one((files) => files.staged, 'the staged data'),
  'tree-d': one((files) => join(files.cacheDir, dataTree), 'the tree of the data'),
  'all-but-tree-d': { ground: ({ cacheDir }) => entries(cacheDir, (entry) => entry !== dataTree) },
  layers: {
    title: 'the first layer',
    // Where another's pc1 keeps its labels is between it and its pc2.
    isThere: ({ cacheDir }, { pc1 }) =>
      (pc1 !== undefined && !isOurPc1(pc1)) || existsSync(join(cacheDir, 'sc-02-data-layer-1.dat')),
    noted: (files, { pc1 }, notes) =>
      isOurPc1(pc1)
        ? filesUnder(files.cacheDir).filter((path) => layer.test(path))
        : othersIn(files, { ...notes, layers: [], sealed: [] }),
  },
  sealed: {
    title: 'the sealed file or its p_aux',
    isThere: ({ sealed, cacheDir }) => existsSync(sealed) && existsSync(join(cacheDir, 'p_aux')),
    noted: (files, outputs, notes) =>
      isForeign(outputs) ? othersIn(files, notes) : withCache(files.sealed, files.cacheDir),
    ground: (files) => [files.sealed],
  },
  'sealed-cache': { ground: ({ cacheDir }) => entries(cacheDir, (entry) => sealedCache.test(entry)) },
  synthetic: {
    ...one(({ cacheDir }) => join(cacheDir, 'syn-porep-vanilla-proofs.dat'), 'the file of synthetic proofs'),
    isOf: ({ synthetic }) => synthetic === true,
  },
  'snap-staged': one((files) => files.snapStaged, 'the staged data of the upgrade'),
  'snap-tree-d': one((files) => join(files.updateCacheDir, dataTree), 'the tree of the new data'),
  update: {
    title: 'the upgraded file or its p_aux',
    isThere: ({ update, updateCacheDir }) => existsSync(update) && existsSync(join(updateCacheDir, 'p_aux')),
    noted: (files, outputs) =>
      isForeignUpdate(outputs)
        ? present([files.update, ...filesUnder(files.updateCacheDir)])
        : withCache(files.update, files.updateCacheDir),
    ground: (files) => [files.update],
  },
  'update-all-but-tree-d': {
    ground: (files) => entries(files.updateCacheDir, (entry) => entry !== dataTree),
  },
  // What is kept in the end of a sector that is made again.
  replica: { standsFor: ({ upgrade }) => (upgrade ? 'update' : 'sealed') },
  piece: {
    title: 'the unsealed piece',
    isThere: ({ piecesDir }) =>
      existsSync(piecesDir) && readdirSync(piecesDir).some((each) => !each.startsWith('.')),
    noted: (files) => filesUnder(files.piecesDir),
    ground: (files) => entries(files.piecesDir, () => true),
  },
};

/** The name under which a file is noted: that which it stands for. */
export function noteName(name: string, outputs: Outputs): string {
  return planFiles[name]?.standsFor?.(outputs) ?? name;
}

/** Whether a sector with these outputs has files that a plan calls `name`. */
export function isFileOf(name: string, outputs: Outputs): boolean {
  return planFiles[noteName(name, outputs)]?.isOf?.(outputs) ?? true;
}

/** Whether the file a plan calls `name` is there, or is none of this sector's. */
export function hasSectorFile(files: SectorFiles, name: string, outputs: Outputs = {}): boolean {
  return !isFileOf(name, outputs) || (planFiles[noteName(name, outputs)]?.isThere?.(files, outputs) ?? false);
}

/** The file a plan calls `name`, as an operator calls it. */
export function fileTitle(name: string, outputs: Outputs): string {
  return planFiles[noteName(name, outputs)]?.title ?? name;
}

/** Where the files of a name lie, those that are there. */
export function notedPaths(
  name: string,
  files: SectorFiles,
  outputs: Outputs,
  notes: NotedTouches,
): readonly string[] {
  return isFileOf(name, outputs) ? (planFiles[name]?.noted?.(files, outputs, notes) ?? []) : [];
}

/** The paths of a name in a plan's ground. @throws what the file system says */
export async function groundFiles(name: string, files: SectorFiles): Promise<readonly string[]> {
  const paths = planFiles[name]?.ground?.(files);
  if (paths === undefined)
    throw new Error(`a plan names ${name} in its ground: it is not a file of a sector`);
  return paths;
}

/** A name of one file. */
function one(path: (files: SectorFiles) => string, title: string): PlanFile {
  return {
    title,
    isThere: (files) => existsSync(path(files)),
    noted: (files) => present([path(files)]),
    ground: (files) => [path(files)],
  };
}

const withCache = (file: string, cacheDir: string) =>
  present([file, ...notedCache.map((each) => join(cacheDir, each))]);

/** What other processors keep beside the sector is theirs: all of it that nobody has noted, or that was touched since. */
function othersIn(files: SectorFiles, notes: NotedTouches): readonly string[] {
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

/** All files except those that were not whole when their writer ended, in one order everywhere. */
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

async function entries(dir: string, isIn: (entry: string) => boolean): Promise<readonly string[]> {
  try {
    return (await readdir(dir)).filter(isIn).map((entry) => join(dir, entry));
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
