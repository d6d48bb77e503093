/** The worker's roots: looked at before anything is written there, and again whenever it matters. */
import { hostname } from 'node:os';
import type { WorkerConfig } from '../../config/worker-config.js';
import { type DiskGate, diskGate, type Timers } from '../../disks/disk-gate.js';
import { listKey } from '../../disks/known-roots.js';
import { type Admitted, admitRoot, type Root, takeRoot } from '../../disks/open-root.js';
import { checkRoot, type SeenRoot } from '../../disks/seen-root.js';
import { messageOf, SealvisorError } from '../../protocol/errors.js';
import { rootAbove, rootsOf } from './list.js';
import { type FoundLists, readLists, writeLists } from './lists.js';

type RootsConfig = Pick<WorkerConfig, 'threads' | 'attached' | 'home' | 'path' | 'worker'>;

export interface WorkerRootsOptions {
  readonly config: () => RootsConfig;
  readonly timers: Timers;
  readonly now: () => Date;
  readonly warn: (line: string) => void;
  readonly gate?: DiskGate;
}

export interface WorkerRoots {
  readonly gate: DiskGate;
  /** Takes what a new configuration adds into use. @throws the first refusal; then nothing of it is used */
  add(next: RootsConfig): Promise<void>;
  /** Looks at all of them, in parallel, and writes nothing into those that have no mark. */
  admit(): Promise<void>;
  /** Why a root cannot be used; undefined when it can. */
  faultOf(path: string): SealvisorError | undefined;
  /** Marks what was admitted in the worker's name, and keeps the lists, with its id where that outlives this run. */
  take(workerId: string, isLasting: boolean): Promise<void>;
  /** What the roots that could be read say of the worker. */
  noted(home: string): NotedWorker;
  /** Whether the root is what it was; one that was refused is looked at anew. @throws wrong_disk, location_not_writable, unreadable */
  check(path: string): Promise<void>;
  /** `heard` is called when a root was taken into use that was refused, or another one, before. */
  onTaken(heard: () => void): void;
  /** Of the store that is expected there; null for a read-only one without a mark, and where nothing is known. */
  idOf(path: string): string | null;
}

/** The worker's id where it is noted beside its home; null where it is not. */
export interface NotedWorker {
  readonly worker: string | null;
  /** In attached stores, which other workers may write to as well. */
  readonly workerOfShared: string | null;
  /** Nothing says that this home was ever used. */
  readonly isHomeNew: boolean;
}

interface Held {
  admitted?: Admitted;
  seen?: SeenRoot | null;
  fault?: SealvisorError;
}

export function workerRoots(options: WorkerRootsOptions): WorkerRoots {
  const { config, timers, now, warn, gate = diskGate(timers) } = options;
  const held = new Map<string, Held>();
  let lists: FoundLists = { known: new Map(), isWhole: true, worker: null, workerOfShared: null };
  let workerId: string | undefined;
  /** The same, where it outlives this run. */
  let notedId: string | null = null;
  let onTaken: () => void = () => undefined;
  const key = () => listKey(config().worker.name ?? hostname(), config().path);
  /** Those of a configuration that is about to be the worker's. */
  let coming: readonly Root[] = [];
  const roots = () => {
    const present = rootsOf(config());
    return [...present, ...coming.filter(({ path }) => !present.some((root) => root.path === path))];
  };
  const rootAt = (path: string) => roots().find((root) => root.path === path);
  const isFirstStart = () => lists.known.size === 0 && lists.isWhole;

  const admitOne = async (root: Root) => {
    const above = rootAbove(root.path, roots());
    const outer = above && held.get(above.path)?.fault;
    if (outer) throw outer;
    const others = roots().map(({ path }) => path);
    const expected = lists.known.get(root.path);
    const admitted = await gate.within(root.path, () =>
      admitRoot(root, { expected, others, isFirstStart: isFirstStart() }),
    );
    const twin = twinOf(root, admitted.mark?.id);
    if (twin !== undefined) throw copied(root.path, twin);
    return admitted;
  };
  const twinOf = (root: Root, id: string | undefined) =>
    [...held].find(
      ([path, each]) =>
        id !== undefined && path !== root.path && each.admitted?.mark?.id === id && rootAt(path),
    )?.[0];
  const admitted = async (root: Root): Promise<Held> => {
    try {
      return { admitted: await admitOne(root) };
    } catch (error) {
      return { fault: faultFrom(root.path, error) };
    }
  };
  const takeOne = async (root: Root, worker: string): Promise<void> => {
    const present = held.get(root.path);
    if (!present?.admitted || present.seen !== undefined) return;
    const { content, mark } = present.admitted;
    try {
      const taken = present.admitted;
      const seen = await gate.within(root.path, () => takeRoot(root, taken, worker, now()));
      held.set(root.path, { admitted: { ...taken, mark: taken.mark }, seen });
      if (!mark && content?.kind === 'used')
        warn(
          `${root.path} is taken over with what ${content.by === 'us' ? 'it holds' : 'an upstream worker left there'}; its mark is ${seen?.id}`,
        );
      if (seen && lists.known.get(root.path)?.id !== seen.id)
        lists.known.set(root.path, {
          path: root.path,
          id: seen.id,
          kind: root.kind,
          at: now().toISOString(),
        });
    } catch (error) {
      held.set(root.path, { fault: faultFrom(root.path, error) });
    }
  };
  const keepLists = () => {
    const usable = roots().filter(({ path }) => held.get(path)?.seen);
    return writeLists(usable, lists.known, { key: key(), worker: notedId }, gate, warn);
  };
  const again = async (root: Root): Promise<void> => {
    const found = await readLists(roots(), key(), gate);
    if (found.known.size > 0) lists = found;
    held.set(root.path, await admitted(root));
    if (workerId === undefined) return;
    await takeOne(root, workerId);
    if (!held.get(root.path)?.seen) return;
    await keepLists();
    onTaken();
  };
  const takeAll = async (worker: string) => {
    workerId = worker;
    await Promise.all(roots().map((root) => takeOne(root, worker)));
    await keepLists();
  };
  const admit = async () => {
    lists = await readLists(roots(), key(), gate);
    const missing = roots().filter(({ path }) => !held.get(path)?.seen);
    const outer = missing.filter(({ path }) => !rootAbove(path, missing));
    const admit = async (root: Root) => void held.set(root.path, await admitted(root));
    await Promise.all(outer.map(admit));
    // Those that lie in another one wait for it.
    for (const root of missing) if (!outer.includes(root)) await admit(root);
  };
  return {
    gate,
    admit,
    add: async (next) => {
      const before = roots().map(({ path }) => path);
      coming = rootsOf(next);
      const added = coming.filter(({ path }) => !before.includes(path));
      await admit();
      const fault = added.map(({ path }) => held.get(path)?.fault).find((each) => each !== undefined);
      if (fault) {
        coming = [];
        for (const { path } of added) held.delete(path);
        throw fault;
      }
      if (workerId !== undefined) await takeAll(workerId);
    },
    onTaken: (heard) => {
      onTaken = heard;
    },
    faultOf: (path) => held.get(path)?.fault,
    take: (worker, isLasting) => {
      notedId = isLasting ? worker : null;
      return takeAll(worker);
    },
    noted: (home) => ({
      worker: lists.worker,
      workerOfShared: lists.workerOfShared,
      isHomeNew: lists.isWhole && !lists.known.has(home),
    }),
    check: async (path) => {
      const root = rootAt(path);
      if (!root) return;
      const present = held.get(path);
      if (present?.seen) {
        const { seen } = present;
        const same = await gate.within(path, () => checkRoot(seen)).catch(() => undefined);
        if (same) return void held.set(path, { ...present, seen: same });
      }
      if (present?.seen === null && present.fault === undefined) return;
      await again(root);
      const { fault } = held.get(path) ?? {};
      if (fault) throw fault;
    },
    idOf: (path) => held.get(path)?.seen?.id ?? lists.known.get(path)?.id ?? null,
  };
}

function faultFrom(path: string, error: unknown): SealvisorError {
  if (error instanceof SealvisorError) return error;
  return new SealvisorError(
    'location_not_writable',
    `cannot use ${path}: ${messageOf(error)}; check the disk`,
    {
      cause: error,
      data: { mayPass: true },
    },
  );
}

function copied(path: string, twin: string): SealvisorError {
  return new SealvisorError(
    'wrong_disk',
    `${path} has the mark of ${twin}: it is a copy of it, or the same directory; give it a directory of its own`,
  );
}
