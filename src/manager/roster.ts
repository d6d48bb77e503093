/** Who reported, and when: a row for each daemon, so that two of one name are told apart. */
import { parseAddress, workerPort } from '../config/endpoint.js';
import type { WallClock } from '../protocol/clock.js';
import { timestamp } from '../protocol/clock.js';
import { SealvisorError } from '../protocol/errors.js';
import { shortText, someOf } from '../protocol/some-of.js';
import type { Summary } from '../protocol/thread.js';
import type { WorkerEntry } from '../protocol/worker-entry.js';
import type { WorkerLife } from '../protocol/worker-life.js';
import type { WorkerRow, WorkerTable } from '../store/worker-table.js';
import { silence } from './silence.js';

export interface Ping {
  readonly name: string;
  readonly dest: string;
  readonly version: string | null;
  /** An upstream worker tells none. */
  readonly life?: WorkerLife | null;
  /** The manager that its sectors are of, while it waits for its adoption of this one. */
  readonly sectorsOf?: string | null;
  readonly summary: Summary;
  /** The worker's own id; an upstream worker has none. */
  readonly worker?: string | null;
  /** Another one at each start. */
  readonly incarnation?: string | null;
  /** The address that the report came from. */
  readonly source?: string | null;
}

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
  readonly warn: (line: string) => void;
  /** Most daemons that are kept. @default 2000 */
  readonly most?: number;
  /** A clock that nobody sets, ms: how long a worker has been silent is counted by it. @default the wall clock */
  readonly steady?: () => number;
}

/** Silent for longer it is not alive, and its name is another's. */
const livingMs = 10 * 60_000;
/** Silent for longer it gives way to a new one where there is no room. */
const forgottenMs = 24 * 3_600_000;

const keyOf = ({ name, worker, incarnation }: Pick<WorkerRow, 'name' | 'worker' | 'incarnation'>) =>
  JSON.stringify([name, worker, incarnation]);

export function roster(store: WorkerTable, clock: WallClock, options: RosterOptions): Roster {
  const { warn, most = 2000, steady = clock.now } = options;
  const silent = silence(clock.now, steady, most);
  /** Daemons that a later one has taken the place of; one that reports again is alive beside it. */
  const replaced = new Set<string>();
  const warned = new Set<string>();

  const silentMsOf = (row: WorkerRow) => silent.ms(keyOf(row), row.lastPingMs);
  const isLiving = (row: WorkerRow) => silentMsOf(row) <= livingMs && summaryOf(row).life !== 'stopped';
  const namesakes = (row: WorkerRow, rows: readonly WorkerRow[]) =>
    rows.filter((other) => other.name === row.name && keyOf(other) !== keyOf(row) && isLiving(other));
  const entryOf = (row: WorkerRow, rows: readonly WorkerRow[]): WorkerEntry => {
    const { name, worker, incarnation, dest, version, lastPingMs } = row;
    const { life = null, sectorsOf, ...summary } = summaryOf(row);
    return {
      ...{ name, dest, version, life, summary, lastPing: timestamp(lastPingMs) },
      silentMs: silentMsOf(row),
      ...(worker === '' ? {} : { id: worker, incarnation }),
      ...(sectorsOf === undefined ? {} : { sectorsOf }),
      ...(isLiving(row) && namesakes(row, rows).length > 0 ? { label: labelOf(row) } : {}),
    };
  };
  const unknown = (name: string) => {
    const names = [...new Set(store.workers().map((row) => row.name))];
    const known = names.length > 0 ? `known are ${someOf(names)}` : 'none has reported yet';
    return new SealvisorError('worker_not_found', `no worker ${shortText(name)}: ${known}`);
  };
  const find = (text: string): readonly WorkerRow[] => {
    const exact = store.workersOf(text);
    if (exact.length > 0) return exact;
    const at = text.lastIndexOf('@');
    if (at < 0) return [];
    const rows = store.workersOf(text.slice(0, at));
    // `..@` names a worker whose bare name no URL can hold.
    return text.endsWith('@') ? rows : rows.filter((row) => labelOf(row) === text);
  };
  const one = (name: string): WorkerRow => {
    const rows = find(name);
    const living = rows.filter(isLiving);
    if (living.length > 1)
      throw new SealvisorError(
        'ambiguous_worker',
        `${living.length} workers report as ${shortText(name)}: name one of ${someOf(living.map(labelOf))}`,
      );
    const row = living[0] ?? rows.toSorted((a, b) => b.lastPingMs - a.lastPingMs)[0];
    if (row) return row;
    throw unknown(name);
  };
  const makeRoom = () => {
    if (store.countWorkers() < most) return;
    const least = store.leastKnownWorker(clock.now() - forgottenMs);
    if (!least)
      throw new SealvisorError(
        'too_many',
        `${most} workers are known, the most that are kept: remove some (util worker remove <name>)`,
      );
    store.removeWorker(least);
  };
  /** A daemon that was started again, or took another's place on its host; its id may be new, with a new home. */
  const replace = (row: WorkerRow, before: readonly WorkerRow[]) => {
    if (replaced.delete(keyOf(row))) return;
    for (const other of before.filter((each) => isOfOnePlace(each, row))) {
      store.removeWorker(other);
      replaced.add(keyOf(other));
    }
    // Enough to tell twins by: whoever is alive reports again soon.
    if (replaced.size > most) replaced.clear();
  };

  return {
    ping: ({ name, dest, version, life = null, sectorsOf = null, summary, ...from }) => {
      const rows = store.workersOf(name);
      const { worker, incarnation, source } = from;
      const key = { name, worker: worker ?? '', incarnation: incarnation ?? '' };
      const before = rows.find((row) => keyOf(row) === keyOf(key));
      const row: WorkerRow = {
        ...key,
        ...{ dest, version, source: source ?? null, lastPingMs: clock.now() },
        summary: JSON.stringify({ ...summary, life, ...(sectorsOf === null ? {} : { sectorsOf }) }),
        pings: before ? 2 : 1,
      };
      if (!before) forgetFormerName(store, row);
      if (!before) replace(row, rows);
      if (!before) makeRoom();
      store.putWorker(row);
      silent.heard(keyOf(row));
      const others = namesakes(row, store.workersOf(name)).map(labelOf);
      if (others.length > 0 && !warned.has(name)) {
        warned.add(name);
        warn(
          `${others.length + 1} workers report as ${name}: ${[labelOf(row), ...others].join(', ')}; give each its own [worker] name`,
        );
      }
      if (others.length === 0) warned.delete(name);
      return others;
    },
    list: () => {
      const rows = store.workers();
      const byName = new Map<string, WorkerRow[]>();
      for (const row of rows) byName.set(row.name, [...(byName.get(row.name) ?? []), row]);
      return rows.map((row) => entryOf(row, byName.get(row.name) ?? []));
    },
    get: (name) => {
      const row = one(name);
      return entryOf(row, store.workersOf(row.name));
    },
    reached: (name) => {
      const row = one(name);
      return { ...entryOf(row, []), source: row.source };
    },
    remove: (name) => {
      const rows = find(name);
      if (rows.length === 0) throw unknown(name);
      for (const row of rows) store.removeWorker(row);
    },
  };
}

/** Whether one of two daemons of a name may have taken the other's place: with its home, or on its host. */
function isOfOnePlace(one: WorkerRow, other: WorkerRow): boolean {
  return one.worker === other.worker || hostOf(one) === hostOf(other);
}

/** Where the daemon runs, as far as its report says so; text that is not an address is a place of its own. */
function hostOf({ dest, source }: WorkerRow): string {
  try {
    const { host } = parseAddress(dest, workerPort);
    return host === '0.0.0.0' || host === '::' ? (source ?? host) : host;
  } catch {
    return dest;
  }
}

/** What tells two of one name apart. */
function labelOf({ name, incarnation, dest }: WorkerRow): string {
  return `${name}@${incarnation === '' ? dest : incarnation}`;
}

interface KeptSummary extends Summary {
  readonly life?: WorkerLife | null;
  readonly sectorsOf?: string;
}

function summaryOf({ summary }: WorkerRow): KeptSummary {
  // Written by `ping` alone.
  return JSON.parse(summary) as KeptSummary;
}

/** The same daemon under the name that it had before it knew how the manager sees it. */
function forgetFormerName(store: WorkerTable, { worker, incarnation }: WorkerRow): void {
  if (worker === '') return;
  for (const other of store.workers())
    if (other.worker === worker && other.incarnation === incarnation) store.removeWorker(other);
}
