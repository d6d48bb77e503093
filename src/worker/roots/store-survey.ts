/** The marks of a worker's locations and stores, read and made without a running daemon. */
import type { WorkerConfig } from '../../config/worker-config.js';
import { diskGate, type Timers } from '../../disks/disk-gate.js';
import { contentOf } from '../../disks/first-use.js';
import { listKey } from '../../disks/known-roots.js';
import { type Mark, type RootKind, readMark } from '../../disks/mark.js';
import { admitRoot, type Root, takeRoot } from '../../disks/open-root.js';
import { messageOf } from '../../protocol/errors.js';
import { rootsOf } from './list.js';
import { type FoundLists, readLists, writeLists } from './lists.js';

export interface SurveyedStore {
  readonly kind: RootKind;
  readonly path: string;
  /** `ok`: it has the expected mark, a mark where none is expected, or is read-only without a mark. `new`: the next start marks it. */
  readonly state: 'ok' | 'new' | 'missing' | 'other' | 'refused';
  readonly id: string | null;
  /** The id that the worker expects there; null if none is known. */
  readonly expected: string | null;
  readonly madeBy: string | null;
  readonly madeAt: string | null;
  /** What is wrong, or what will be done. */
  readonly note: string;
}

export interface StoreSurvey {
  look(): Promise<readonly SurveyedStore[]>;
  /** Marks all roots that have no mark. With `paths`, marks only those, and accepts what is there now instead of what was expected. */
  init(paths: readonly string[]): Promise<readonly SurveyedStore[]>;
}

export function storeSurvey(
  config: Pick<WorkerConfig, 'threads' | 'attached' | 'home' | 'path' | 'worker'>,
  { workerName, timers, now }: { readonly workerName: string; readonly timers: Timers; readonly now: Date },
): StoreSurvey {
  const gate = diskGate(timers);
  const roots = rootsOf(config);
  const key = listKey(config.worker.name ?? workerName, config.path);
  const look = async () => {
    const lists = await readLists(roots, key, gate);
    return Promise.all(
      roots.map((root) =>
        gate
          .within(root.path, () => surveyed(root, lists))
          .catch((error: unknown) => refused(root, lists, error)),
      ),
    );
  };
  return {
    look,
    init: async (paths) => {
      const lists = await readLists(roots, key, gate);
      const others = roots.map(({ path }) => path);
      for (const root of roots) {
        const { path, kind } = root;
        const isForced = paths.includes(path);
        if (paths.length > 0 && !isForced) continue;
        const expected = lists.known.get(path);
        const admitted = await admitRoot(root, {
          expected,
          others,
          isFirstStart: lists.known.size === 0,
          isForced,
        });
        const seen = await takeRoot(root, admitted, workerName, now);
        if (seen && expected?.id !== seen.id)
          lists.known.set(path, { path, id: seen.id, kind, at: now.toISOString() });
      }
      const marked = await look();
      const usable = roots.filter(({ path }) =>
        marked.some((each) => each.path === path && each.id !== null),
      );
      const worker = lists.worker ?? lists.workerOfShared;
      await writeLists(usable, lists.known, { key, worker }, gate, () => undefined);
      return look();
    },
  };
}

async function surveyed(root: Root, lists: FoundLists): Promise<SurveyedStore> {
  const mark = await readMark(root.path);
  const expected = lists.known.get(root.path)?.id ?? null;
  if (mark) {
    const isExpected = expected === null || expected === mark.id;
    return {
      ...facts(root, mark, expected),
      state: isExpected ? 'ok' : 'other',
      note: isExpected ? '' : `another disk: ${expected} is expected here`,
    };
  }
  const without = facts(root, null, expected);
  if (expected !== null)
    return { ...without, state: 'missing', note: 'its disk is not mounted, or its mark is gone' };
  if (root.isReadonly) return { ...without, state: 'ok', note: 'read-only, without a mark' };
  const content = await contentOf(root.path, root.kind);
  switch (content.kind) {
    case 'absent':
      return { ...without, state: 'new', note: 'is made at the next start' };
    case 'empty':
      return { ...without, state: 'new', note: 'is empty, and marked at the next start' };
    case 'used':
      return {
        ...without,
        state: 'new',
        note: `was used by ${content.by === 'us' ? 'a worker' : 'an upstream worker'}, and is taken over at the next start`,
      };
    case 'other':
      return {
        ...without,
        state: 'refused',
        note: `holds other files (${content.first}): \`store init -l\` uses it as it is`,
      };
  }
}

function refused(root: Root, lists: FoundLists, error: unknown): SurveyedStore {
  const expected = lists.known.get(root.path)?.id ?? null;
  return { ...facts(root, null, expected), state: 'refused', note: messageOf(error) };
}

function facts({ kind, path }: Root, mark: Mark | null, expected: string | null) {
  const { id = null, madeBy = null, madeAt = null } = mark ?? {};
  return { kind, path, id, expected, madeBy, madeAt };
}
