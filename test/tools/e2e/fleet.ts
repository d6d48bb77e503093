/** A manager and a worker as an operator runs them, on free ports, with waits short enough for a test. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { HistoryRow, ThreadView } from '../../../src/protocol/thread.js';
import { type Running, type RunOptions, run, start, write } from './setup.js';

export interface Daemon extends Running {
  /** host:port, as the daemon told it. */
  readonly at: string;
}

export interface ManagerOptions {
  readonly port?: number;
  readonly pieces?: string;
  readonly sectorSize?: string;
  readonly useSyntheticPoRep?: boolean;
  /** The first so many messages of each kind fail on chain. */
  readonly failMessages?: number;
  /** How long a worker may be silent about a job. */
  readonly jobHeartbeat?: string;
}

export async function startManager(dir: string, options: ManagerOptions = {}): Promise<Daemon> {
  const args = ['mock', '--listen', `127.0.0.1:${options.port ?? 0}`, '--home', join(dir, 'manager')];
  args.push('--epoch', '50ms', '--sector-size', options.sectorSize ?? '2KiB');
  if (options.useSyntheticPoRep) args.push('--use-synthetic-porep');
  // Upgrades take their pieces from there.
  args.push('--piece-roots', dir);
  if (options.pieces !== undefined) args.push('--pieces', options.pieces);
  if (options.failMessages !== undefined) args.push('--fail-messages', String(options.failMessages));
  if (options.jobHeartbeat !== undefined) args.push('--job-heartbeat', options.jobHeartbeat);
  const manager = start('venus-sector-manager', args);
  const told = await manager.line(/listens on http:\/\/(\S+)/);
  return { ...manager, at: told[1] ?? '' };
}

/** The configuration of a worker with `threads` threads under `dir`, reporting to `manager`. */
export function workerToml(
  dir: string,
  manager: string,
  options: {
    readonly threads?: number;
    readonly worker?: string;
    readonly sealing?: string;
    readonly more?: string;
  } = {},
): string {
  const threads = Array.from(
    { length: options.threads ?? 1 },
    (_, index) => `[[sealing_thread]]\nlocation = ${JSON.stringify(join(dir, `store${index + 1}`))}\n`,
  );
  return `[worker]
name = "w1"
rpc_server.host = "127.0.0.1"
rpc_server.port = 0
ping_interval = "200ms"
${options.worker ?? ''}
[sector_manager]
rpc_client.addr = "http://${manager}"
[sealing]
enable_deals = true
disable_cc = true
seal_interval = "50ms"
recover_interval = "100ms"
rpc_polling_interval = "50ms"
${options.sealing ?? ''}
${threads.join('')}
[[attached]]
name = "remote"
location = ${JSON.stringify(join(dir, 'remote'))}
${options.more ?? ''}
`;
}

/** Starts a worker on the configuration file `<dir>/worker.toml`, which is written first when given. */
export async function startWorker(dir: string, toml?: string, options: RunOptions = {}): Promise<Daemon> {
  const path = join(dir, 'worker.toml');
  if (toml !== undefined) write(path, toml);
  const worker = start('venus-worker', ['daemon', '-c', path], options);
  const told = await worker.line(/threads listens on (\S+)/);
  return { ...worker, at: told[1] ?? '' };
}

/** A `venus-worker worker` command to the worker at `at`. */
export function onWorker(at: string, ...args: readonly string[]) {
  return run('venus-worker', ['worker', '--worker', at, ...args]);
}

/** A `venus-sector-manager util worker` command to the manager at `at`. */
export function onManager(at: string, ...args: readonly string[]) {
  return run('venus-sector-manager', ['util', 'worker', '--manager', `http://${at}`, ...args]);
}

/** A `venus-sector-manager util sealer` command to the manager at `at`. */
export function onSectors(at: string, ...args: readonly string[]) {
  return run('venus-sector-manager', ['util', 'sealer', '--manager', `http://${at}`, ...args]);
}

export async function threadsOf(at: string): Promise<readonly ThreadView[]> {
  return JSON.parse((await onWorker(at, 'list', '--json')).stdout) as ThreadView[];
}

/** The history of a thread whose worker is stopped: while it runs, its store is its own. */
export function historyOf(location: string): readonly HistoryRow[] {
  const db = new Database(join(location, 'sealvisor.db'));
  try {
    return db.prepare<[], HistoryRow>('select * from history order by seq').all();
  } finally {
    db.close();
  }
}

/** `sector from -> to` of every finished stage, in order. */
export function finishedStages(location: string): readonly string[] {
  return historyOf(location)
    .filter((row) => row.kind === 'transition')
    .map((row) => `${row.sector} ${row.from} -> ${row.to}`);
}
