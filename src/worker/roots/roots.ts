/** The worker's roots: checked before anything is written there, and again before later use. */
import { hostname } from 'node:os';
import type { WorkerConfig } from '../../config/worker-config.js';
import { type DiskGate, diskGate, type Timers } from '../../disks/disk-gate.js';
import { listKey } from '../../disks/known-roots.js';
import { type Admitted, admitRoot, type Root, takeRoot } from '../../disks/open-root.js';
import { checkRoot, type SeenRoot } from '../../disks/seen-root.js';
import type { SealvisorError } from '../../protocol/errors.js';
import type { Emit, LogEvent } from '../../protocol/events/table.js';
import { rootAbove, rootsOf } from './list.js';
import { type FoundLists, readLists, writeLists } from './lists.js';
import { copied, faultFrom } from './root-faults.js';

type RootsConfig = Pick<WorkerConfig, 'threads' | 'attached' | 'home' | 'path' | 'worker'>;

export interface WorkerRootsOptions {
  readonly config: () => RootsConfig;
  readonly timers: Timers;
  readonly now: () => Date;
  readonly emit: Emit;
  readonly gate?: DiskGate;
}

/** What the lists in the worker's roots say of it. */
export interface NotedWorker {
  readonly worker: string | null;
  /** The worker's id from the attached stores, which other workers may also write to. */
  readonly workerOfShared: string | null;
  /** No list says that this home was ever used, and every list could be read. */
  readonly isHomeNew: boolean;
}

/** The result of the last check of a root. */
type Held =
  /** It is the expected disk; nothing is written there yet. */
  | { readonly kind: 'admitted'; readonly admitted: Admitted }
  /** In use. `seen` null: read-only, without a mark. */
  | { readonly kind: 'taken'; readonly admitted: Admitted; readonly seen: SeenRoot | null }
  | { readonly kind: 'refused'; readonly fault: SealvisorError };

export class WorkerRoots {
  readonly gate: DiskGate;
  readonly #options: WorkerRootsOptions;
  readonly #held = new Map<string, Held>();
  #lists: FoundLists = { known: new Map(), isWhole: true, worker: null, workerOfShared: null };
  /** The owner of the roots; undefined until they are taken into use. */
  #worker: { readonly id: string; readonly isLasting: boolean } | undefined;
  /** The roots of a configuration that is about to take effect. */
  #coming: readonly Root[] = [];
  #onTaken: () => void = () => undefined;

  constructor(options: WorkerRootsOptions) {
    this.#options = options;
    this.gate = options.gate ?? diskGate(options.timers);
  }

  /** Checks the roots that are not in use with a mark, in parallel; writes nothing into roots without a mark. */
  async admit(): Promise<void> {
    const roots = this.#roots();
    this.#lists = await readLists(roots, this.#key(), this.gate);
    const missing = roots.filter(({ path }) => !this.#seen(path));
    const outer = missing.filter(({ path }) => !rootAbove(path, missing));
    const admit = async (root: Root) => void this.#held.set(root.path, await this.#admitted(root));
    await Promise.all(outer.map(admit));
    // Roots inside another one are checked after it.
    for (const root of missing) if (!outer.includes(root)) await admit(root);
  }

  /** Takes the roots that a new configuration adds into use. @throws the first refusal; then none of them is used */
  async add(next: RootsConfig): Promise<void> {
    const before = this.#roots().map(({ path }) => path);
    this.#coming = rootsOf(next);
    const added = this.#coming.filter(({ path }) => !before.includes(path));
    await this.admit();
    const fault = added.map(({ path }) => this.faultOf(path)).find((each) => each !== undefined);
    if (fault) {
      this.#coming = [];
      for (const { path } of added) this.#held.delete(path);
      throw fault;
    }
    if (this.#worker) await this.#takeAll(this.#worker.id);
  }

  /** Marks the admitted roots for the worker and writes the lists, with its id if the id outlives this run. */
  take(workerId: string, isLasting: boolean): Promise<void> {
    this.#worker = { id: workerId, isLasting };
    return this.#takeAll(workerId);
  }

  /** Why a root cannot be used; undefined when it can. */
  faultOf(path: string): SealvisorError | undefined {
    const held = this.#held.get(path);
    return held?.kind === 'refused' ? held.fault : undefined;
  }

  /** What the lists that could be read say of the worker. */
  noted(home: string): NotedWorker {
    const { worker, workerOfShared, isWhole, known } = this.#lists;
    return { worker, workerOfShared, isHomeNew: isWhole && !known.has(home) };
  }

  /** Checks that the root is still the same one; a refused root is admitted again. @throws wrong_disk, location_not_writable, unreadable */
  async check(path: string): Promise<void> {
    const root = this.#rootAt(path);
    if (!root) return;
    const held = this.#held.get(path);
    if (held?.kind === 'taken') {
      const { seen } = held;
      if (seen === null) return;
      const same = await this.gate.within(path, () => checkRoot(seen)).catch(() => undefined);
      if (same) return void this.#held.set(path, { ...held, seen: same });
    }
    await this.#lookAgain(root);
    const fault = this.faultOf(path);
    if (fault) throw fault;
  }

  /** `heard` is called when a root that was refused or has changed is taken into use. */
  onTaken(heard: () => void): void {
    this.#onTaken = heard;
  }

  /** The id of the store that is expected there; null for a read-only one without a mark, and if none is known. */
  idOf(path: string): string | null {
    return this.#seen(path)?.id ?? this.#lists.known.get(path)?.id ?? null;
  }

  #roots(): readonly Root[] {
    const present = rootsOf(this.#options.config());
    return [...present, ...this.#coming.filter(({ path }) => !present.some((root) => root.path === path))];
  }

  #rootAt(path: string): Root | undefined {
    return this.#roots().find((root) => root.path === path);
  }

  #seen(path: string): SeenRoot | null {
    const held = this.#held.get(path);
    return held?.kind === 'taken' ? held.seen : null;
  }

  #key(): string {
    const { worker, path } = this.#options.config();
    return listKey(worker.name ?? hostname(), path);
  }

  async #lookAgain(root: Root): Promise<void> {
    const found = await readLists(this.#roots(), this.#key(), this.gate);
    if (found.known.size > 0) this.#lists = found;
    this.#held.set(root.path, await this.#admitted(root));
    if (!this.#worker) return;
    await this.#takeOne(root, this.#worker.id);
    if (!this.#seen(root.path)) return;
    await this.#keepLists();
    this.#onTaken();
  }

  async #admitted(root: Root): Promise<Held> {
    try {
      return { kind: 'admitted', admitted: await this.#admitOne(root) };
    } catch (error) {
      return { kind: 'refused', fault: faultFrom(root.path, error) };
    }
  }

  async #admitOne(root: Root): Promise<Admitted> {
    const roots = this.#roots();
    const above = rootAbove(root.path, roots);
    const outer = above && this.faultOf(above.path);
    if (outer) throw outer;
    const { known, isWhole } = this.#lists;
    const looked = await this.gate.within(root.path, () =>
      admitRoot(root, {
        expected: known.get(root.path),
        others: roots.map(({ path }) => path),
        isFirstStart: known.size === 0 && isWhole,
      }),
    );
    const twin = this.#twinOf(root, looked.mark?.id);
    if (twin !== undefined) throw copied(root.path, twin);
    return looked;
  }

  /** Another root with the same mark. */
  #twinOf(root: Root, id: string | undefined): string | undefined {
    if (id === undefined) return undefined;
    return [...this.#held].find(([path, held]) => {
      const mark = held.kind === 'refused' ? undefined : held.admitted.mark;
      return path !== root.path && mark?.id === id && this.#rootAt(path) !== undefined;
    })?.[0];
  }

  async #takeAll(worker: string): Promise<void> {
    await Promise.all(this.#roots().map((root) => this.#takeOne(root, worker)));
    await this.#keepLists();
  }

  async #takeOne(root: Root, worker: string): Promise<void> {
    const held = this.#held.get(root.path);
    if (held?.kind !== 'admitted') return;
    const { admitted } = held;
    const { now, emit } = this.#options;
    try {
      const seen = await this.gate.within(root.path, () => takeRoot(root, admitted, worker, now()));
      this.#held.set(root.path, { kind: 'taken', admitted, seen });
      if (!admitted.mark && admitted.content?.kind === 'used') emit(takenOver(root.path, admitted, seen));
      this.#noteKnown(root, seen);
    } catch (error) {
      this.#held.set(root.path, { kind: 'refused', fault: faultFrom(root.path, error) });
    }
  }

  #noteKnown({ path, kind }: Root, seen: SeenRoot | null): void {
    const { known } = this.#lists;
    if (!seen || known.get(path)?.id === seen.id) return;
    known.set(path, { path, id: seen.id, kind, at: this.#options.now().toISOString() });
  }

  #keepLists(): Promise<void> {
    const usable = this.#roots().filter(({ path }) => this.#seen(path) !== null);
    const worker = this.#worker?.isLasting ? this.#worker.id : null;
    const owner = { key: this.#key(), worker };
    return writeLists(usable, this.#lists.known, owner, this.gate, this.#options.emit);
  }
}

function takenOver(path: string, { content }: Admitted, seen: SeenRoot | null): LogEvent {
  const holds =
    content?.kind === 'used' && content.by === 'us' ? 'it holds' : 'an upstream worker left there';
  return { event: 'location.takenOver', path, holds, mark: seen?.id };
}
