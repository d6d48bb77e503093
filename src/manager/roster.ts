/** Which workers reported, and when: one row for each daemon, so that two with the same name are kept apart. */
import { timestamp, type WallClock, wallClock } from '../protocol/clock.js';
import { SealvisorError } from '../protocol/errors.js';
import type { Emit } from '../protocol/events/table.js';
import { shortText, someOf } from '../protocol/some-of.js';
import type { WorkerEntry } from '../protocol/worker-entry.js';
import type { WorkerRow, WorkerTable } from '../store/worker-table.js';
import type { Ping } from './ping.js';
import { isOfOnePlace, keyOf, labelOf, rowOf, summaryOf } from './roster-row.js';
import { Silence } from './silence.js';
import { WorkerWatch } from './worker-watch.js';

/** A worker that reported, and where its last report came from. */
export interface RosterEntry extends WorkerEntry {
  readonly source: string | null;
}

export interface Roster {
  /** Returns the labels of other living daemons with the same name. @throws too_many */
  ping(ping: Ping): readonly string[];
  list(): readonly WorkerEntry[];
  /**
   * By its name, or by `name@incarnation`; of several with one name, the living one.
   * @throws worker_not_found, naming known ones; ambiguous_worker, naming the living ones
   */
  get(name: string): WorkerEntry;
  /** As `get`, with the source address, for callers that dial it. */
  reached(name: string): RosterEntry;
  /** Removes all rows of that name. @throws worker_not_found */
  remove(name: string): void;
}

export interface RosterOptions {
  readonly emit: Emit;
  /** The most daemons that are kept. @default 2000 */
  readonly most?: number;
  /**
   * A monotonic clock, ms, that measures how long a worker has been silent.
   * @default performance.now with the real wall clock; otherwise the given clock
   */
  readonly steady?: () => number;
}

/** A worker that is silent for longer is not alive, and another may use its name. */
const livingMs = 10 * 60_000;
/** A worker that is silent for longer is removed if a new one needs its room. */
const forgottenMs = 24 * 3_600_000;

export class WorkerRoster implements Roster {
  readonly #most: number;
  readonly #silent: Silence;
  readonly #watch: WorkerWatch;
  readonly #emit: Emit;
  /** Daemons that were replaced by a later one; if one reports again, both are alive. */
  readonly #replaced = new Set<string>();
  /** Names for which `worker.namesakes` was emitted. */
  readonly #warned = new Set<string>();

  constructor(
    private readonly store: WorkerTable,
    private readonly clock: WallClock,
    { emit, most = 2000, steady = steadyBeside(clock) }: RosterOptions,
  ) {
    this.#most = most;
    this.#silent = new Silence(clock.now, steady, most);
    this.#watch = new WorkerWatch(emit);
    this.#emit = emit;
  }

  ping(ping: Ping): readonly string[] {
    const rows = this.store.workersOf(ping.name);
    const row = rowOf(ping, rows, this.clock.now());
    if (row.pings === 1) {
      forgetFormerName(this.store, row);
      this.#replace(row, rows);
      this.#makeRoom();
    }
    this.store.putWorker(row);
    this.#silent.heard(keyOf(row));
    const others = this.#namesakes(row, this.store.workersOf(row.name)).map(labelOf);
    this.#watch.seen(row.name, row.dest, others.length === 0);
    this.#tellNamesakes(row, others);
    return others;
  }

  list(): readonly WorkerEntry[] {
    const rows = this.store.workers();
    const byName = new Map<string, WorkerRow[]>();
    for (const row of rows) byName.set(row.name, [...(byName.get(row.name) ?? []), row]);
    return rows.map((row) => this.#entryOf(row, byName.get(row.name) ?? []));
  }

  get(name: string): WorkerEntry {
    const row = this.#one(name);
    return this.#entryOf(row, this.store.workersOf(row.name));
  }

  reached(name: string): RosterEntry {
    const row = this.#one(name);
    return { ...this.#entryOf(row, []), source: row.source };
  }

  remove(name: string): void {
    const rows = this.#find(name);
    if (rows.length === 0) throw this.#unknown(name);
    for (const row of rows) this.store.removeWorker(row);
    for (const each of new Set(rows.map((row) => row.name)))
      if (this.store.workersOf(each).length === 0) this.#watch.removed(each);
  }

  /** No more events about silent workers. */
  stop(): void {
    this.#watch.stop();
  }

  #silentMsOf(row: WorkerRow): number {
    return this.#silent.ms(keyOf(row), row.lastPingMs);
  }

  #isLiving(row: WorkerRow): boolean {
    return this.#silentMsOf(row) <= livingMs && summaryOf(row).life !== 'stopped';
  }

  #namesakes(row: WorkerRow, rows: readonly WorkerRow[]): readonly WorkerRow[] {
    return rows.filter(
      (other) => other.name === row.name && keyOf(other) !== keyOf(row) && this.#isLiving(other),
    );
  }

  /** Emits once while there are others, and again only after there were none. */
  #tellNamesakes(row: WorkerRow, others: readonly string[]): void {
    const { name } = row;
    if (others.length === 0) this.#warned.delete(name);
    else if (!this.#warned.has(name)) {
      this.#warned.add(name);
      this.#emit({ event: 'worker.namesakes', worker: name, labels: [labelOf(row), ...others] });
    }
  }

  #entryOf(row: WorkerRow, rows: readonly WorkerRow[]): WorkerEntry {
    const { name, worker, incarnation, dest, version, lastPingMs } = row;
    const { life = null, sectorsOf, ...summary } = summaryOf(row);
    return {
      ...{ name, dest, version, life, summary, lastPing: timestamp(lastPingMs) },
      silentMs: this.#silentMsOf(row),
      ...(worker === '' ? {} : { id: worker, incarnation }),
      ...(sectorsOf === undefined ? {} : { sectorsOf }),
      ...(this.#isLiving(row) && this.#namesakes(row, rows).length > 0 ? { label: labelOf(row) } : {}),
    };
  }

  #unknown(name: string): SealvisorError {
    const names = [...new Set(this.store.workers().map((row) => row.name))];
    const known = names.length > 0 ? `known are ${someOf(names)}` : 'none has reported yet';
    return new SealvisorError('worker_not_found', `no worker ${shortText(name)}: ${known}`);
  }

  #find(text: string): readonly WorkerRow[] {
    const exact = this.store.workersOf(text);
    if (exact.length > 0) return exact;
    const at = text.lastIndexOf('@');
    if (at < 0) return [];
    const rows = this.store.workersOf(text.slice(0, at));
    // `..@` names a worker whose bare name cannot be part of a URL.
    return text.endsWith('@') ? rows : rows.filter((row) => labelOf(row) === text);
  }

  #one(name: string): WorkerRow {
    const rows = this.#find(name);
    const living = rows.filter((row) => this.#isLiving(row));
    if (living.length > 1)
      throw new SealvisorError(
        'ambiguous_worker',
        `${living.length} workers report as ${shortText(name)}: name one of ${someOf(living.map(labelOf))}`,
      );
    const row = living[0] ?? rows.toSorted((a, b) => b.lastPingMs - a.lastPingMs)[0];
    if (row) return row;
    throw this.#unknown(name);
  }

  /** @throws too_many */
  #makeRoom(): void {
    if (this.store.countWorkers() < this.#most) return;
    const least = this.store.leastKnownWorker(this.clock.now() - forgottenMs);
    if (!least)
      throw new SealvisorError(
        'too_many',
        `${this.#most} workers are known, the most that are kept: remove some (util worker remove <name>)`,
      );
    this.store.removeWorker(least);
  }

  /** Removes the rows that a restarted daemon, or a new one on the same host, replaces; its id is new if its home is. */
  #replace(row: WorkerRow, before: readonly WorkerRow[]): void {
    if (this.#replaced.delete(keyOf(row))) return;
    for (const other of before.filter((each) => isOfOnePlace(each, row))) {
      this.store.removeWorker(other);
      this.#replaced.add(keyOf(other));
    }
    // Clearing is safe: a daemon that is alive reports again soon.
    if (this.#replaced.size > this.#most) this.#replaced.clear();
  }
}

/** The real wall clock may be set, so it cannot measure silence; a clock that a test turns can. */
function steadyBeside(clock: WallClock): () => number {
  return clock === wallClock ? () => performance.now() : clock.now;
}

/** Removes the same daemon's row under an earlier name: the one it had before it knew its own address. */
function forgetFormerName(store: WorkerTable, { worker, incarnation }: WorkerRow): void {
  if (worker === '') return;
  for (const other of store.workers())
    if (other.worker === worker && other.incarnation === incarnation) store.removeWorker(other);
}
