/** The lists of the stores that a worker expects at its roots, read from all of its roots and written to all of them. */

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

/** A location belongs to one worker, so its list has a fixed name. In shared stores each worker has its own list. */
export const listNameIn = (root: Root, key: string) => (root.kind === 'location' ? 'location' : key);

export interface FoundLists {
  readonly known: Map<string, KnownRoot>;
  /** Whether the list of every root could be read. */
  readonly isWhole: boolean;
  /** The worker's id, from its locations and home; null if none of them has it. */
  readonly worker: string | null;
  /** The worker's id from the attached stores, which may be shared; null if none of them has it. */
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

/** A failed write is only logged: the list is also in the other roots. */
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
          // If this run does not know the worker's id, the id in the list is kept.
          const worker = owner.worker ?? found?.worker ?? null;
          if (!isSame) await writeKnownRoots(root.path, name, known, { ...owner, worker });
        });
      } catch (error) {
        emit({ event: 'storeList.notKept', path: root.path, ...faultFields(error) });
      }
    }),
  );
}
