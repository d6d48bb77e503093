/** Who reported, and when: a row for each daemon, so that two of one name are told apart. */
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
  /** Other living daemons of the same name, as they are listed. @throws too_many */
  ping(ping: Ping): readonly string[];
  list(): readonly WorkerEntry[];
  /** By its name, or by `name@incarnation`; of one name the one that lives. @throws worker_not_found, naming known ones; ambiguous_worker, naming both that live */
  get(name: string): WorkerEntry;
  /** As `get`, for who dials it. */
  reached(name: string): RosterEntry;
  /** All of that name. @throws worker_not_found */
  remove(name: string): void;
}

export interface RosterOptions {
  readonly emit: Emit;
  /** Most daemons that are kept. @default 2000 */
  readonly most?: number;
  /** A clock that nobody sets, ms: how long a worker has been silent is counted by it. @default the process's own beside its wall clock; another wall clock itself */
  readonly steady?: () => number;
}

/** Silent for longer it is not alive, and its name is another's. */
const livingMs = 10 * 60_000;
/** Silent for longer it gives way to a new one where there is no room. */
const forgottenMs = 24 * 3_600_000;

export class WorkerRoster implements Roster {
  readonly #most: number;
  readonly #silent: Silence;
  readonly #watch: WorkerWatch;
  readonly #emit: Emit;
  /** Daemons that a later one has taken the place of; one that reports again is alive beside it. */
  readonly #replaced = new Set<string>();
  /** Names of which it was said that several report with them. */
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

  /** Nothing is said of silent workers any more. */
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

  /** Once for each time that there are others. */
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
    // `..@` names a worker whose bare name no URL can hold.
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

  /** A daemon that was started again, or took another's place on its host; its id may be new, with a new home. */
  #replace(row: WorkerRow, before: readonly WorkerRow[]): void {
    if (this.#replaced.delete(keyOf(row))) return;
    for (const other of before.filter((each) => isOfOnePlace(each, row))) {
      this.store.removeWorker(other);
      this.#replaced.add(keyOf(other));
    }
    // Enough to tell twins by: whoever is alive reports again soon.
    if (this.#replaced.size > this.#most) this.#replaced.clear();
  }
}

/** A clock that somebody sets says nothing of how long a worker was silent; one that a test turns does. */
function steadyBeside(clock: WallClock): () => number {
  return clock === wallClock ? () => performance.now() : clock.now;
}

/** The same daemon under the name that it had before it knew how the manager sees it. */
function forgetFormerName(store: WorkerTable, { worker, incarnation }: WorkerRow): void {
  if (worker === '') return;
  for (const other of store.workers())
    if (other.worker === worker && other.incarnation === incarnation) store.removeWorker(other);
}
