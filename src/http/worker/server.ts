/** A worker with its doors: threads, heartbeat, HTTP. */

import { isIPv6 } from 'node:net';
import { serviceChild } from '../../actors/index.js';
import { formatAddress } from '../../config/endpoint.js';
import type { WorkerConfig } from '../../config/worker-config.js';
import { rpcCall } from '../../fleet/rpc-client.js';
import { type ManagerLink, sectorClient } from '../../fleet/sector-client.js';
import type { Emit } from '../../protocol/events/table.js';
import { identityHeaders } from '../../protocol/identity.js';
import type { WorkerPing } from '../../protocol/ping.js';
import type { HistoryRow, ThreadView } from '../../protocol/thread.js';
import { version } from '../../version.js';
import { type HeartbeatOptions, startHeartbeat } from '../../worker/heartbeat.js';
import { namesakeWarner } from '../../worker/namesakes.js';
import { startWorker, type Worker } from '../../worker/worker.js';
import { ownAddress, reachedAt } from '../own-address.js';
import { type Served, servedChild } from '../serve.js';
import { workerApp } from './app.js';

export interface WorkerServer {
  readonly worker: Worker;
  readonly host: string;
  readonly port: number;
  stop(graceMs?: number): Promise<void>;
}

const pingTimeoutMs = 5000;

/**
 * Listens first, so that no sector is allocated if the port is taken; then starts the threads, then the reports to
 * the manager.
 * @throws port_taken, location_not_writable; nothing is left running
 */
export async function startWorkerServer(options: {
  readonly config: WorkerConfig;
  readonly emit: Emit;
  readonly onRow?: (index: number, row: HistoryRow) => void;
  readonly onView?: (view: ThreadView) => void;
}): Promise<WorkerServer> {
  const { config, emit } = options;
  const { manager } = config;
  const own = ownAddress(manager.url);
  await own.look();
  const name = () => config.worker.name ?? own.current();
  // A manager that is reached over IPv6 could not dial a worker that listens only on IPv4.
  const isSix = config.worker.host === '0.0.0.0' && isIPv6(own.current());
  const host = isSix ? '::' : config.worker.host;
  const tellNamesakes = namesakeWarner(name, emit);
  let doors: Served | undefined;
  const worker = await startWorker({
    config,
    name,
    version,
    service: (link) => sectorClient(manager, link),
    emit,
    ...(options.onRow ? { onRow: options.onRow } : {}),
    ...(options.onView ? { onView: options.onView } : {}),
    doors: (self) => [
      {
        id: 'control',
        // A door that failed reopens on the same port, even if the system had chosen it.
        start: servedChild(
          () => workerApp(self),
          () => ({ host, port: doors?.port ?? config.worker.port }),
          (served) => {
            doors = served;
          },
        ),
      },
    ],
    reporters: (self) => [
      {
        id: 'heartbeat',
        start: serviceChild((fail) =>
          startHeartbeat({
            ...heartbeatOf(self),
            ping: async (report) => {
              await own.look();
              const dest = { host: reachedAt(host, own.current()), port: doors?.port ?? config.worker.port };
              const named = { Name: name(), Dest: formatAddress(dest), ...report };
              const ids = { Id: self.id, Incarnation: self.incarnation };
              const answer = await pinged(manager, self.link, { ...ids, ...named });
              tellNamesakes(answer);
              self.told.answered(answer);
            },
            emit,
            fail,
          }),
        ),
      },
    ],
  });
  return {
    worker,
    host,
    port: doors?.port ?? config.worker.port,
    stop: (graceMs) => worker.stop(graceMs),
  };
}

/** What the heartbeat reports of the worker, and when. */
function heartbeatOf(self: Worker): Omit<HeartbeatOptions, 'ping' | 'emit'> {
  return {
    version,
    intervalMs: () => self.config().worker.pingIntervalMs,
    summary: () => self.summary(),
    life: () => self.control.life(),
    awaitsAdoption: () => {
      const { id, other } = self.manager();
      return other ? id : null;
    },
    usedNumbers: () => self.link.usedNumbers(),
    held: () => self.told.held(),
    changes: (listener) => self.events.subscribe(undefined, listener).unsubscribe,
  };
}

/** Reports to the manager that answers, whichever it is; its answer gives its id. */
async function pinged(
  manager: WorkerConfig['manager'],
  link: ManagerLink,
  info: WorkerPing,
): Promise<unknown> {
  let answering: string | null = null;
  const answer = await rpcCall(`${manager.url}/rpc/v0`, 'Venus.WorkerPing', [info], {
    headers: { ...manager.headers, [identityHeaders.worker]: link.worker },
    timeoutMs: pingTimeoutMs,
    onManager: (id) => {
      answering = id;
    },
  });
  await link.answered(answering);
  return answer;
}
