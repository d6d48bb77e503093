import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { bareServer } from './bare-server.js';
import { benchWorker, locationOf, placeAt, preCommitted, stubManager } from './bench-worker.js';
import { head, often, quantile, report } from './report.js';
import { timedPost } from './timed-post.js';

const rounds = often(300, 2);
const restMs = 3;
/** After a resume the thread asks its manager or its desk; it stands again when that has answered. */
const standsAgainMs = 10;

/** `pause` from the request to the durable answer, against the same hop without validation or disk. */
export async function bench() {
  head('Pause over HTTP, to its durable answer');
  const home = mkdtempSync(join(tmpdir(), 'sealvisor-bench-'));
  const manager = await stubManager();
  const worker = await threadsAtRest(home, manager.port);
  const bare = await bareServer();
  const durable = await bareServer(join(home, 'bare.db'));
  const floor = { url: bare.url, took: [] };
  const onDisk = { url: durable.url, took: [] };
  const ours = worker.cases.map(({ what, index }) => ({
    what,
    url: `${worker.url}/api/v1/threads/${index}`,
    took: [],
  }));
  for (let round = 0; round < rounds; round += 1) {
    for (const { url, took } of [floor, onDisk, ...ours]) {
      await delay(restMs);
      const ms = await timedPost(`${url}/pause`);
      if (round >= rounds / 10) took.push(ms);
      await delay(restMs);
      await timedPost(`${url}/resume`);
      await delay(standsAgainMs);
    }
  }
  await worker.stop(0);
  await bare.stop();
  await durable.stop();
  manager.stop();
  rmSync(home, { recursive: true, force: true });
  let short = 0;
  for (const { what, took } of ours) {
    for (const q of [0.5, 0.99]) {
      const figures = { ours: quantile(took, q), unit: 'ms' };
      const name = `${what}, p${q * 100}`;
      short += report({ ...figures, what: name, floor: quantile(floor.took, q), most: 1.5 }) ? 0 : 1;
      report({ ...figures, what: `${name}, floor with a bare transaction`, floor: quantile(onDisk.took, q) });
    }
  }
  return short;
}

/** One thread that polls the chain, one idle, and two at a place for one. */
async function threadsAtRest(home, manager) {
  const [idle, polling, ...sharing] = [0, 1, 2, 3];
  placeAt(locationOf(home, polling), polling, 'PCSubmitted', preCommitted);
  for (const index of sharing) placeAt(locationOf(home, index), index, 'DealsAcquired', { deals: [] });
  const worker = await benchWorker(home, {
    threads: 4,
    manager,
    sealing: 'recover_interval = "1h"\nrpc_polling_interval = "1h"',
    more: '[processors.limit]\nadd_pieces = 1\n[sealvisor.builtin.least]\nadd_pieces = "1h"',
  });
  const mode = (index) => worker.worker.control.thread(index).mode;
  await Promise.any(sharing.map((index) => worker.until(index, (view) => view.mode === 'waiting')));
  const [waiting] = sharing.filter((index) => mode(index) === 'waiting');
  await worker.until(polling, (view) => view.mode === 'running');
  return {
    ...worker,
    cases: [
      { what: 'idle', index: idle },
      { what: 'polling', index: polling },
      { what: 'waiting', index: waiting },
    ],
  };
}
