/**
 * The files that plans name, on a thread's disk: the entry of each name says when it is present, which files are noted,
 * and which are its ground.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '../protocol/errors.js';
import { touchOf } from './digests.js';
import { dataTree, type SectorFiles } from './sector-files.js';
import { isForeign, isForeignUpdate, isOurPc1 } from './whose-sector.js';

type Outputs = Readonly<Record<string, unknown>>;
/** The part of the notes that is used here, by name. */
type NotedTouches = Readonly<Record<string, readonly { readonly path: string; readonly touch: string }[]>>;

/** A member is left out when no plan uses the name that way. */
interface PlanFile {
  /** The operator's term, for a file that a state can need. @default its name */
  readonly title?: string;
  /** Whether the sector has such files at all. @default every sector */
  readonly isOf?: (outputs: Outputs) => boolean;
  /** The name that it is an alias for. */
  readonly standsFor?: (outputs: Outputs) => string;
  isThere?(files: SectorFiles, outputs: Outputs): boolean;
  /** Paths of the name's files that exist. */
  noted?(files: SectorFiles, outputs: Outputs, notes: NotedTouches): readonly string[];
  /** For one file its path, even if it is missing; for a group, the paths that exist. */
  ground?(files: SectorFiles): readonly string[] | Promise<readonly string[]>;
}

/** What PC2, ours or upstream's, leaves in the cache; a large sector's trees are split into parts. */
const sealedCache = /^(p_aux|t_aux|sealvisor\.json|sc-02-data-tree-(c|r-last)(-\d+)?\.dat)$/;
/** What our PC2 leaves there and no later stage makes again. */
const notedCache = ['p_aux', 't_aux', 'sc-02-data-tree-r-last.dat', 'sealvisor.json'] as const;
const layer = /sc-02-data-layer-\d+\.dat$/;

const planFiles: Readonly<Record<string, PlanFile>> = {
  staged: one((files) => files.staged, 'the staged data'),
  'tree-d': one((files) => join(files.cacheDir, dataTree), 'the tree of the data'),
  'all-but-tree-d': { ground: ({ cacheDir }) => entries(cacheDir, (entry) => entry !== dataTree) },
  layers: {
    title: 'the first layer',
    // Only another program's own pc2 knows where its pc1 keeps the labels.
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
  // The final file of a rebuilt sector.
  replica: { standsFor: ({ upgrade }) => (upgrade ? 'update' : 'sealed') },
  piece: {
    title: 'the unsealed piece',
    isThere: ({ piecesDir }) =>
      existsSync(piecesDir) && readdirSync(piecesDir).some((each) => !each.startsWith('.')),
    noted: (files) => filesUnder(files.piecesDir),
    ground: (files) => entries(files.piecesDir, () => true),
  },
};

/** The name under which a file is noted: an alias is resolved. */
export function noteName(name: string, outputs: Outputs): string {
  return planFiles[name]?.standsFor?.(outputs) ?? name;
}

/** Whether a sector with these outputs has files that a plan calls `name`. */
export function isFileOf(name: string, outputs: Outputs): boolean {
  return planFiles[noteName(name, outputs)]?.isOf?.(outputs) ?? true;
}

/** Whether the file that a plan calls `name` is present, or this sector has no such file. */
export function hasSectorFile(files: SectorFiles, name: string, outputs: Outputs = {}): boolean {
  return !isFileOf(name, outputs) || (planFiles[noteName(name, outputs)]?.isThere?.(files, outputs) ?? false);
}

/** The operator's term for the file that a plan calls `name`. */
export function fileTitle(name: string, outputs: Outputs): string {
  return planFiles[noteName(name, outputs)]?.title ?? name;
}

/** Paths of the files of a name, those that exist. */
export function notedPaths(
  name: string,
  files: SectorFiles,
  outputs: Outputs,
  notes: NotedTouches,
): readonly string[] {
  return isFileOf(name, outputs) ? (planFiles[name]?.noted?.(files, outputs, notes) ?? []) : [];
}

/** The paths of a name in a plan's ground. @throws a file system error; Error for a name without ground */
export async function groundFiles(name: string, files: SectorFiles): Promise<readonly string[]> {
  const paths = planFiles[name]?.ground?.(files);
  if (paths === undefined)
    throw new Error(`a plan names ${name} in its ground: it is not a file of a sector`);
  return paths;
}

/** An entry for a name with exactly one file. */
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

/**
 * What other programs' processors keep next to the sector: the sealed file, and the files that were not noted or were
 * touched since.
 */
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

/** All files except hidden ones, which were incomplete when their writer ended; always in the same order. */
function filesUnder(dir: string): readonly string[] {
  let names: readonly string[];
  try {
    names = readdirSync(dir, { recursive: true, encoding: 'utf8' });
  } catch {
    // No such directory: nothing was written there. If it cannot be read, the stage that uses it reports that.
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
