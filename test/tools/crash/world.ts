/** A worker and a manager that are killed and started again, with a wire between them and a gate behind every stage. */
import { cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { SectorView } from '../../../src/protocol/sealer-view.js';
import type { HistoryRow, ThreadView } from '../../../src/protocol/thread.js';
import { type BindDisk, bindDisk } from '../e2e/bind-disk.js';
import { type Daemon, onSectors, startManager, startWorker, workerToml } from '../e2e/fleet.js';
import { bytes, freePort, freshDir, write } from '../e2e/setup.js';
import { type Wire, wireTo } from '../e2e/wire.js';
import { type Gates, gatedStages, gatesIn } from './gates.js';

export const childrenOf = (stages: readonly string[]) =>
  stages.map((stage) => `[[processors.${stage}]]`).join('\n');
export const children = childrenOf(['add_pieces', 'tree_d', 'pc1', 'pc2', 'c2']);

export interface World {
  readonly dir: string;
  readonly store: string;
  readonly remote: string;
  readonly payload: Buffer;
  readonly gates: Gates;
  readonly wire: Wire;
  worker(): Daemon;
  manager(): Daemon;
  /** Those of the location and of the store, where they are asked for. */
  readonly disks: { readonly location: BindDisk; readonly store: BindDisk } | undefined;
  /** Kill -9, and a new one on the same directory; `meanwhile` none is there. */
  killWorker(meanwhile?: () => Promise<void> | void): Promise<void>;
  killManager(): Promise<void>;
  /** Keeps what the manager's home holds now; the manager is killed for it. */
  backUpManager(): Promise<void>;
  /** The manager is killed and comes back on an empty home, on the backup, or on its own again. */
  moveManager(home: 'empty' | 'backup' | 'own'): Promise<void>;
  thread(index?: number): Promise<ThreadView>;
  threads(): Promise<readonly ThreadView[]>;
  post(path: string, body?: object): Promise<{ readonly changed: boolean; readonly message: string }>;
  history(query: string): Promise<readonly HistoryRow[]>;
  sector(id: string): Promise<SectorView>;
  sectors(): Promise<readonly SectorView[]>;
}

export interface WorldOptions {
  readonly threads?: number;
  readonly sealing?: string;
  /** Of its threads. @default 'sealer' */
  readonly plan?: string;
  /** Of the configuration, beside the gates; of the world's directory, where it is needed. */
  readonly more?: string | ((dir: string) => string);
  /** Of the table `[worker]`. */
  readonly worker?: (dir: string) => string;
  /** Payloads of the manager's pieces. @default one for each thread */
  readonly pieces?: readonly Buffer[];
  /** Between two sectors. @default '50ms' */
  readonly sealInterval?: string;
  /** Whether the manager deals pieces, and the worker waits for them. @default true */
  readonly hasDeals?: boolean;
  /** Whether the manager gives out sectors with synthetic PoRep. @default false */
  readonly useSyntheticPoRep?: boolean;
  /** Whether the location and the store are disks of their own. @default false */
  readonly hasDisks?: boolean;
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const dir = freshDir();
  const pieces = join(dir, 'pieces');
  const payloads =
    options.pieces ??
    Array.from({ length: options.threads ?? 1 }, (_, at) => bytes(2000, at === 0 ? 7 : at + 8));
  for (const [at, each] of payloads.entries()) write(join(pieces, `${at + 1}.bin`), each);
  const [payload = Buffer.alloc(0)] = payloads;
  const disks = options.hasDisks
    ? { location: bindDisk(dir, 'store1'), store: bindDisk(dir, 'remote') }
    : undefined;
  const port = await freePort();
  const wire = await wireTo(port);
  const gates = gatesIn(join(dir, 'gates'));
  const { hasDeals = true, useSyntheticPoRep = false } = options;
  // A job that died with its thread before it was written is given again behind this.
  const managerOptions = { port, useSyntheticPoRep, ...(hasDeals ? { pieces } : { jobHeartbeat: '8s' }) };
  let manager = await startManager(dir, managerOptions);
  const toml = workerToml(dir, wire.at, {
    worker: options.worker?.(dir) ?? '',
    threads: options.threads ?? 1,
    sealing: options.sealing ?? 'max_retries = 1000',
    more: `[sealvisor]\nspace.check_interval = "200ms"\nunseal_roots = [${JSON.stringify(dir)}]\n${gatedStages}\n${typeof options.more === 'function' ? options.more(dir) : (options.more ?? '')}`,
  })
    .replaceAll('[[sealing_thread]]', `[[sealing_thread]]\nplan = "${options.plan ?? 'sealer'}"`)
    .replace('seal_interval = "50ms"', `seal_interval = "${options.sealInterval ?? '50ms'}"`)
    .replace(/(enable_deals|disable_cc) = true/g, `$1 = ${hasDeals}`);
  // What is to be held from the start is closed before the worker is there.
  let worker: Daemon | undefined;
  const start = async (text?: string) => {
    worker = await startWorker(dir, text, gates.options);
  };
  const up = () => {
    if (worker) return worker;
    throw new Error('the worker is not started yet');
  };
  const ask = async <T>(at: string, path: string, init?: RequestInit) =>
    (await (await fetch(`http://${at}/api/v1${path}`, init)).json()) as T;
  const threads = () => ask<readonly ThreadView[]>(up().at, '/threads');
  const world: World = {
    dir,
    store: join(dir, 'store1'),
    remote: join(dir, 'remote'),
    payload,
    gates,
    wire,
    worker: up,
    manager: () => manager,
    disks,
    killWorker: async (meanwhile) => {
      await worker?.end('SIGKILL');
      await meanwhile?.();
      await start(worker ? undefined : toml);
    },
    killManager: async () => {
      await manager.end('SIGKILL');
      manager = await startManager(dir, managerOptions);
    },
    backUpManager: async () => {
      // Nobody else may open its database while it is up.
      await manager.end('SIGKILL');
      const [own, backup] = [join(dir, 'manager'), join(dir, 'manager.backup')];
      rmSync(backup, { recursive: true, force: true });
      cpSync(own, backup, { recursive: true });
      manager = await startManager(dir, managerOptions);
    },
    moveManager: async (home) => {
      await manager.end('SIGKILL');
      const [own, away] = [join(dir, 'manager'), join(dir, 'manager.away')];
      if (home === 'own') {
        rmSync(own, { recursive: true });
        renameSync(away, own);
      } else {
        renameSync(own, away);
        if (home === 'backup') cpSync(join(dir, 'manager.backup'), own, { recursive: true });
      }
      manager = await startManager(dir, managerOptions);
    },
    threads,
    thread: async (index = 0) => {
      const view = (await threads())[index];
      if (view) return view;
      throw new Error(`no thread #${index}`);
    },
    post: (path, body = {}) =>
      ask(up().at, path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    history: (query) => ask(up().at, `/threads/0/history?limit=10000&${query}`),
    sector: (id) => ask(manager.at, `/sectors/${id}`),
    sectors: async () => JSON.parse((await onSectors(manager.at, 'sectors', '--json')).stdout),
  };
  return world;
}

/** Polls: what is asked is another process's, which tells nobody. */
export const soon = { timeout: 45_000, interval: 10 };

export async function untilGone(pid: number): Promise<void> {
  await expect.poll(() => existsSync(`/proc/${pid}`), soon).toBe(false);
}

/** Kill -9 of the worker, or the end of its threads; it is back when this resolves. */
export async function kill(world: World, victim: 'worker' | 'thread'): Promise<void> {
  if (victim === 'worker') return world.killWorker();
  const { incarnation } = await world.thread();
  process.kill(world.worker().pid, 'SIGUSR2');
  const isBack = async () => {
    const view = await world.thread();
    return view.incarnation > incarnation && view.mode !== 'restarting';
  };
  await expect.poll(isBack, soon).toBe(true);
}
