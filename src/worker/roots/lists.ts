/** The lists of what a worker expects where, read from all of its roots and written to all of them. */

import type { DiskGate } from '../../disks/disk-gate.js';
import {
  type KnownRoot,
  type KnownRoots,
  type ListOwner,
  mergedRoots,
  readKnownRoots,
  writeKnownRoots,
} from '../../disks/known-roots.js';
import type { Root } from '../../disks/open-root.js';
import { faultFields } from '../../protocol/events/event.js';
import type { Emit } from '../../protocol/events/table.js';

/** A location is one worker's alone: whoever works there knows the list. In shared stores each worker has its own. */
export const listNameIn = (root: Root, key: string) => (root.kind === 'location' ? 'location' : key);

export interface FoundLists {
  readonly known: Map<string, KnownRoot>;
  /** Whether every root could be read. */
  readonly isWhole: boolean;
  /** The worker's id as its own roots say it; null where none of them does. */
  readonly worker: string | null;
  /** As the attached stores say it, which may be shared. */
  readonly workerOfShared: string | null;
}

export async function readLists(roots: readonly Root[], key: string, gate: DiskGate): Promise<FoundLists> {
  const lists = await Promise.allSettled(
    roots.map((root) => gate.within(root.path, () => readKnownRoots(root.path, listNameIn(root, key), key))),
  );
  const read = lists.map((list) => (list.status === 'fulfilled' ? list.value : undefined));
  const workerIn = (isShared: boolean) =>
    roots
      .map(({ kind }, at) => ((kind === 'attached') === isShared ? read[at]?.worker : null))
      .find((worker) => typeof worker === 'string') ?? null;
  return {
    known: mergedRoots(read.flatMap((list) => (list ? [list.roots] : []))),
    isWhole: !read.includes(undefined),
    worker: workerIn(false),
    workerOfShared: workerIn(true),
  };
}

/** A disk that refuses is told by what is done there next; the list is in the others. */
export async function writeLists(
  roots: readonly Root[],
  known: KnownRoots,
  owner: ListOwner,
  gate: DiskGate,
  emit: Emit,
): Promise<void> {
  const writes = roots.filter(({ isReadonly }) => !isReadonly);
  await Promise.all(
    writes.map(async (root) => {
      const name = listNameIn(root, owner.key);
      try {
        await gate.within(root.path, async () => {
          const found = await readKnownRoots(root.path, name, owner.key).catch(() => undefined);
          const before = mergedRoots(found ? [found.roots] : []);
          const isSame =
            (owner.worker === null || found?.worker === owner.worker) &&
            before.size === known.size &&
            [...known.values()].every(({ path, id }) => before.get(path)?.id === id);
          // Who it is stays noted where this run does not know it.
          const worker = owner.worker ?? found?.worker ?? null;
          if (!isSame) await writeKnownRoots(root.path, name, known, { ...owner, worker });
        });
      } catch (error) {
        emit({ event: 'storeList.notKept', path: root.path, ...faultFields(error) });
      }
    }),
  );
}
