/** A daemon's report as the roster keeps it. */
import { parseAddress, workerPort } from '../config/endpoint.js';
import type { Summary } from '../protocol/thread.js';
import type { WorkerLife } from '../protocol/worker-life.js';
import type { WorkerRow } from '../store/worker-table.js';
import type { Ping } from './ping.js';

export const keyOf = ({ name, worker, incarnation }: Pick<WorkerRow, 'name' | 'worker' | 'incarnation'>) =>
  JSON.stringify([name, worker, incarnation]);

/** The row of a report; `rows`: the rows that have its name. */
export function rowOf(ping: Ping, rows: readonly WorkerRow[], nowMs: number): WorkerRow {
  const { name, dest, version, life = null, sectorsOf = null, summary } = ping;
  const { worker, incarnation, source } = ping;
  const key = { name, worker: worker ?? '', incarnation: incarnation ?? '' };
  return {
    ...key,
    ...{ dest, version, source: source ?? null, lastPingMs: nowMs },
    summary: JSON.stringify({ ...summary, life, ...(sectorsOf === null ? {} : { sectorsOf }) }),
    pings: rows.some((row) => keyOf(row) === keyOf(key)) ? 2 : 1,
  };
}

/** Whether one of two daemons with the same name may have replaced the other: they share a home or a host. */
export function isOfOnePlace(one: WorkerRow, other: WorkerRow): boolean {
  return one.worker === other.worker || hostOf(one) === hostOf(other);
}

/** Where the daemon runs, as far as its report says; a `dest` that is not an address counts as a host of its own. */
export function hostOf({ dest, source }: WorkerRow): string {
  try {
    const { host } = parseAddress(dest, workerPort);
    return host === '0.0.0.0' || host === '::' ? (source ?? host) : host;
  } catch {
    return dest;
  }
}

/** Distinguishes two daemons with the same name. */
export function labelOf({ name, incarnation, dest }: WorkerRow): string {
  return `${name}@${incarnation === '' ? dest : incarnation}`;
}

interface KeptSummary extends Summary {
  readonly life?: WorkerLife | null;
  readonly sectorsOf?: string;
}

export function summaryOf({ summary }: WorkerRow): KeptSummary {
  // Written only by `rowOf`.
  return JSON.parse(summary) as KeptSummary;
}
