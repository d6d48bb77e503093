import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { defaultSealing, type SealingSettings } from '#src/config/sealing-settings.js';
import type { FaultConfig, WorkerConfig } from '#src/config/worker-config.js';
import { startManager } from '#src/manager/manager.js';
import type { SectorService } from '#src/protocol/sealer.js';
import type { Ticket } from '#src/protocol/sector-answers.js';
import type { HistoryRow, ThreadView } from '#src/protocol/thread.js';
import type { WorkerView } from '#src/protocol/worker.js';
import { startWorker, type WorkerOptions } from '#src/worker/worker.js';
import { realService } from '../manager/service.js';
import { messagesTo } from '../protocol/told-events.js';

/** A fresh directory that is gone after the test. */
export function freshDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'sealvisor-worker-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A manager that never has a job. */
export const noJobs: Partial<SectorService> = { allocateSector: async () => null };

/** A real manager on a chain with an epoch a millisecond, as a thread reaches it. */
export async function realManager(home: string) {
  const emit = () => undefined;
  const { sectors, stop } = await startManager({ home, miner: 10000, sectorSize: 2048, epochMs: 1, emit });
  onTestFinished(stop);
  const service = realService(sectors);
  return { sectors, service, closeManager: stop };
}

interface Setup {
  readonly home?: string;
  readonly threads?: number;
  /** What the manager answers otherwise than a real one. */
  readonly service?: Partial<SectorService> | ((real: SectorService) => Partial<SectorService>);
  readonly sealing?: Partial<SealingSettings>;
  /** What one thread has otherwise. */
  readonly sealingOf?: (index: number) => Partial<SealingSettings>;
  readonly faults?: readonly FaultConfig[];
  readonly leastMs?: Readonly<Record<string, number>>;
  readonly doors?: WorkerOptions['doors'];
  readonly spareThreads?: number;
  /** What else the configuration says. */
  readonly config?: Partial<WorkerConfig>;
}

/** A worker with real threads; `until` waits for a view, which it has had or will have. */
export async function setup(options: Setup = {}) {
  const { home = freshDir(), threads = 1, faults = [], leastMs = {} } = options;
  const manager = await realManager(join(home, 'manager'));
  const sealing = { ...defaultSealing, rpcPollingIntervalMs: 5, ...options.sealing };
  const locationOf = (index: number) => join(home, `store${index}`);
  const config: WorkerConfig = {
    path: join(home, 'worker.toml'),
    worker: { host: '127.0.0.1', port: 0, pingIntervalMs: 1000, localPiecesDirs: [] },
    manager: { url: 'http://127.0.0.1:9', headers: {} },
    threads: Array.from({ length: threads }, (_, index) => ({
      index,
      location: locationOf(index),
      plan: 'sealer' as const,
      sealing: { ...sealing, ...options.sealingOf?.(index) },
    })),
    attached: [{ name: 'long', location: join(home, 'long'), readonly: false }],
    processors: [],
    extLocks: {},
    builtinLeastMs: leastMs,
    faults,
    stopGraceMs: 5000,
    checkBeforePreCommit: 'auto',
    largestOutput: 4 * 2 ** 30,
    spareThreads: options.spareThreads ?? 0,
    limits: {},
    staggeredMs: {},
    retry: {},
    breaker: { after: 3, probeMs: 300_000 },
    deadlines: { epochMs: 30_000, ticket: 2880, preCommit: 86_550, margin: 60 },
    space: {
      isEnabled: true,
      reserveBytes: 2 ** 20,
      checkIntervalMs: 30_000,
      needs: {},
      isStoreWeighted: false,
    },
    historyRows: 10_000,
    unsealRoots: [],
    names: [],
    home,
    ...options.config,
  };
  const views: ThreadView[] = [];
  const rows: { readonly index: number; readonly row: HistoryRow }[] = [];
  const warnings: string[] = [];
  const waiters = new Set<() => void>();
  const wake = () => {
    for (const waiter of waiters) waiter();
  };
  const worker = await startWorker({
    config,
    name: 'w1',
    version: '0.0.0-test',
    service: {
      ...manager.service,
      ...(typeof options.service === 'function' ? options.service(manager.service) : options.service),
    },
    onRow: (index, row) => {
      rows.push({ index, row });
      wake();
    },
    onView: (view) => {
      views.push(view);
      wake();
    },
    emit: messagesTo(warnings),
    ...(options.doors ? { doors: options.doors } : {}),
  });
  onTestFinished(() => worker.stop(0));
  /** The thread's view as soon as it satisfies `holds`. */
  const until = (index: number, holds: (view: ThreadView) => boolean) =>
    new Promise<ThreadView>((resolve) => {
      const look = () => {
        const view = worker.control.thread(index);
        if (!holds(view)) return;
        waiters.delete(look);
        resolve(view);
      };
      waiters.add(look);
      look();
    });
  /** What the worker itself shows, as soon as it satisfies `holds`. */
  const untilWorker = (holds: (view: WorkerView) => boolean) =>
    new Promise<WorkerView>((resolve) => {
      const look = () => {
        const view = worker.control.worker();
        if (!holds(view)) return;
        unsubscribe();
        resolve(view);
      };
      const { unsubscribe } = worker.events.subscribe(undefined, look);
      look();
    });
  const untilRow = (index: number, holds: (row: HistoryRow) => boolean) =>
    new Promise<HistoryRow>((resolve) => {
      const look = () => {
        const found = rows.find((each) => each.index === index && holds(each.row));
        if (!found) return;
        waiters.delete(look);
        resolve(found.row);
      };
      waiters.add(look);
      look();
    });
  return {
    worker,
    control: worker.control,
    until,
    untilRow,
    untilWorker,
    /** The thread's rows that have come so far. */
    rowsOf: (index: number) => rows.filter((each) => each.index === index).map(({ row }) => row),
    views,
    rows,
    warnings,
    home,
    locationOf,
    ...manager,
  };
}

export const isIn = (state: string, mode: ThreadView['mode']) => (view: ThreadView) =>
  view.state === state && view.mode === mode;

/** Its heavy stage is at hand, not only next. */
export const isWorking = (state: string) => (view: ThreadView) =>
  view.state === state && view.processor !== null;

/** A gate in a service call: who calls waits at it until it is opened. */
export function gate() {
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  return {
    open: () => open(),
    reached,
    pass: () => {
      reach();
      return opened;
    },
  };
}

export const goodTicket: Ticket = { Ticket: Buffer.alloc(32, 7).toString('base64'), Epoch: 1 };
/** An answer that a record cannot hold: the thread that gets it dies in the middle of its write. */
export const deadly = { ...goodTicket, Epoch: 1n } as unknown as Ticket;

/** What a promise rejects with. */
export async function rejectionOf(
  promise: Promise<unknown>,
): Promise<Error & { code?: string; data?: Readonly<Record<string, unknown>> }> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw new Error(`rejected with no error: ${String(error)}`);
  }
  throw new Error('it did not reject');
}
