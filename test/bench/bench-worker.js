/** Workers to be measured: in this process, on a free port, with threads that stand where the figure needs them. */

import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { emptyRecord } from '../../dist/machines/thread-record.js';
import { loadWorkerConfig } from '../../dist/src/config/worker-config.js';
import { startManagerServer } from '../../dist/src/http/manager/server.js';
import { startWorkerServer } from '../../dist/src/http/worker/server.js';
import { openThreadStore } from '../../dist/src/store/thread-store.js';
import { shown } from './shown.js';

export const locationOf = (home, index) => join(home, `store${index}`);

/** The configuration of a worker. Without a `manager` its threads are idle: no manager answers. `more` is added to the file. */
export function benchConfig(home, { threads, manager = 9, sealing = '', more = '' }) {
  const path = join(home, 'venus-worker.toml');
  const locations = Array.from({ length: threads }, (_, at) => JSON.stringify(locationOf(home, at)));
  writeFileSync(
    path,
    [
      '[worker]\nname = "bench"\nrpc_server.host = "127.0.0.1"\nrpc_server.port = 0',
      `[sector_manager]\nrpc_client.addr = "/ip4/127.0.0.1/tcp/${manager}"`,
      `[sealing]\n${sealing}`,
      more,
      ...locations.map((location) => `[[sealing_thread]]\nlocation = ${location}`),
      `[[attached]]\nlocation = ${JSON.stringify(join(home, 'far'))}`,
    ].join('\n'),
  );
  return loadWorkerConfig(path).config;
}

export async function benchWorker(home, { onRow = undefined, threads, ...more }) {
  const waiting = new Set();
  const server = await startWorkerServer({
    config: benchConfig(home, { threads, ...more }),
    emit: () => undefined,
    ...(onRow ? { onRow } : {}),
    onView: () => {
      for (const look of waiting) look();
    },
  });
  /** Resolves when a thread's view `holds`. */
  const until = (index, holds) =>
    new Promise((resolve) => {
      const look = () => {
        if (!holds(server.worker.control.thread(index))) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  return { ...server, url: `http://127.0.0.1:${server.port}`, until };
}

/** A manager in this process whose chain lands everything at once. */
export const benchManager = (home, options) =>
  startManagerServer({
    host: '127.0.0.1',
    port: 0,
    home: join(home, 'manager'),
    miner: 10000,
    epochMs: 1,
    emit: shown,
    ...options,
  });

/** A manager that has no job, and to whose mind no message has landed. */
export async function stubManager() {
  const answers = {
    'Venus.PollPreCommitState': { State: 1, Desc: null },
    'Venus.ReportState': { Finalized: false, AbortReason: null },
  };
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { id, method } = JSON.parse(text);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result: answers[method] ?? null }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();
  if (typeof address === 'string') throw new Error(`no port: ${address}`);
  return {
    port: address.port,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Makes a thread's record: its sector is in `state`, with what the stages before gave. */
export function placeAt(location, index, state, outputs = {}) {
  const number = index + 1;
  const id = `s-t010000-${number}`;
  const at = new Date().toISOString();
  const sector = { miner: 10000, number, id, proofType: 5, size: 2048 };
  const record = { ...emptyRecord('sealer', at), state, sector, outputs };
  const store = openThreadStore(location);
  store.commit(record, { ...blankRow, at, kind: 'transition', sector: id, to: state });
  store.close();
}

export const blankRow = {
  at: new Date(0).toISOString(),
  kind: 'transition',
  sector: null,
  from: null,
  to: null,
  event: null,
  stage: null,
  durationMs: null,
  level: null,
  message: null,
  by: null,
  reason: null,
  command: null,
};

/** What a sector has that waits for its pre-commit, as large as the stages make it. */
export const preCommitted = {
  // No file lies there: none was noted.
  files: {},
  deals: [],
  pieces: [{ commitment: Array(32).fill(200), size: 2032 }],
  tree_d: true,
  ticket: { Ticket: Buffer.alloc(32, 7).toString('base64'), Epoch: 100 },
  ticket_at: Date.now(),
  pc1: { registered_proof: 'StackedDrg2KiBV1_1', labels: Array(32).fill(200), comm_d: Array(32).fill(201) },
  pc2: { registered_proof: 'StackedDrg2KiBV1_1', comm_r: Array(32).fill(202), comm_d: Array(32).fill(203) },
  pre_commit: true,
  pre_commit_at: Date.now(),
};
