/** The lists of what a worker expects where, read from all of its roots and written to all of them. */
import type { DiskGate } from '../disks/disk-gate.js';
import {
  type KnownRoot,
  type KnownRoots,
  mergedRoots,
  readKnownRoots,
  writeKnownRoots,
} from '../disks/known-roots.js';
import type { Root } from '../disks/open-root.js';
import { messageOf } from '../protocol/errors.js';

/** A location is one worker's alone: whoever works there knows the list. In shared stores each worker has its own. */
export const listNameIn = (root: Root, key: string) => (root.kind === 'location' ? 'location' : key);

export interface FoundLists {
  readonly known: Map<string, KnownRoot>;
  /** Whether every root could be read. */
  readonly isWhole: boolean;
}

export async function readLists(roots: readonly Root[], key: string, gate: DiskGate): Promise<FoundLists> {
  const lists = await Promise.allSettled(
    roots.map((root) => gate.within(root.path, () => readKnownRoots(root.path, listNameIn(root, key)))),
  );
  return {
    known: mergedRoots(lists.flatMap((list) => (list.status === 'fulfilled' ? [list.value] : []))),
    isWhole: lists.every(({ status }) => status === 'fulfilled'),
  };
}

/** A disk that refuses is told by what is done there next; the list is in the others. */
export async function writeLists(
  roots: readonly Root[],
  known: KnownRoots,
  key: string,
  gate: DiskGate,
  warn: (line: string) => void,
): Promise<void> {
  const writes = roots.filter(({ isReadonly }) => !isReadonly);
  await Promise.all(
    writes.map(async (root) => {
      const name = listNameIn(root, key);
      try {
        await gate.within(root.path, async () => {
          const before = mergedRoots([await readKnownRoots(root.path, name).catch(() => [])]);
          const isSame =
            before.size === known.size &&
            [...known.values()].every(({ path, id }) => before.get(path)?.id === id);
          if (!isSame) await writeKnownRoots(root.path, name, known);
        });
      } catch (error) {
        warn(`the list of this worker's stores cannot be kept in ${root.path}: ${messageOf(error)}`);
      }
    }),
  );
}
