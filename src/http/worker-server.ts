/** A worker that serves: threads, heartbeat, and the doors. */

import { createSocket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { serviceChild } from '../actors/index.js';
import type { WorkerConfig } from '../config/worker-config.js';
import { rpcCall } from '../fleet/rpc-client.js';
import { type ManagerLink, sectorClient } from '../fleet/sector-client.js';
import { identityHeaders } from '../protocol/identity.js';
import type { LogLine } from '../protocol/log.js';
import type { HistoryRow, ThreadView } from '../protocol/thread.js';
import { version } from '../version.js';
import { startHeartbeat, type WorkerInfo } from '../worker/heartbeat.js';
import { namesakeWarner } from '../worker/namesakes.js';
import { startWorker, type Worker } from '../worker/worker.js';
import { type Served, servedChild } from './serve.js';
import { workerApp } from './worker-app.js';

export interface WorkerServer {
  readonly worker: Worker;
  readonly host: string;
  readonly port: number;
  stop(graceMs?: number): Promise<void>;
}

const pingTimeoutMs = 5000;

/** Listens first: with the port taken, no sector is taken from the manager. Then the threads start, then the manager is told. @throws port_taken, location_not_writable; nothing is left running */
export async function startWorkerServer(options: {
  readonly config: WorkerConfig;
  readonly warn: LogLine;
  /** What is no fault, such as what processors print. @default to `warn` */
  readonly info?: LogLine;
  readonly onRow?: (index: number, row: HistoryRow) => void;
  readonly onView?: (view: ThreadView) => void;
}): Promise<WorkerServer> {
  const { config, warn } = options;
  const { manager } = config;
  const localIp = await ipTowards(manager.url);
  const name = config.worker.name ?? localIp;
  const tellNamesakes = namesakeWarner(name, warn);
  let doors: Served | undefined;
  const worker = await startWorker({
    config,
    name,
    version,
    service: (link) => sectorClient(manager, link),
    warn,
    ...(options.info ? { info: options.info } : {}),
    ...(options.onRow ? { onRow: options.onRow } : {}),
    ...(options.onView ? { onView: options.onView } : {}),
    doors: (self) => [
      {
        id: 'control',
        // A door that broke opens where it was, also when the configuration left the port to the system.
        start: servedChild(
          () => workerApp(self),
          () => ({ host: config.worker.host, port: doors?.port ?? config.worker.port }),
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
            name,
            dest: `${localIp}:${doors?.port ?? config.worker.port}`,
            version,
            intervalMs: () => self.config().worker.pingIntervalMs,
            summary: () => self.summary(),
            life: () => self.control.worker().life,
            usedNumbers: () => self.link.usedNumbers(),
            ping: async (info) => {
              const { id: Id, incarnation: Incarnation } = self;
              tellNamesakes(await pinged(manager, self.link, { ...info, Id, Incarnation }));
            },
            warn,
            fail,
          }),
        ),
      },
    ],
  });
  return {
    worker,
    host: config.worker.host,
    port: doors?.port ?? config.worker.port,
    stop: (graceMs) => worker.stop(graceMs),
  };
}

/** Whoever answers is told of the worker; the answer says which manager it is. */
async function pinged(
  manager: WorkerConfig['manager'],
  link: ManagerLink,
  info: WorkerInfo & { readonly Id: string; readonly Incarnation: string },
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

/** The local address a packet to the manager would leave from (SPEC section 4); nothing is sent. */
async function ipTowards(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = createSocket('udp4');
  try {
    return await new Promise<string>((resolve, reject) => {
      socket.once('error', reject);
      socket.connect(Number(port) || 80, hostname, () => resolve(socket.address().address));
    });
  } catch {
    const outward = Object.values(networkInterfaces())
      .flat()
      .find((each) => each && !each.internal && each.family === 'IPv4');
    return outward?.address ?? '127.0.0.1';
  } finally {
    socket.close();
  }
}
