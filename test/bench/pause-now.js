import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startManagerServer } from '../../dist/src/http/manager/server.js';
import { benchWorker } from './bench-worker.js';
import { head, often, quantile, report } from './report.js';
import { shown } from './shown.js';
import { timedPost } from './timed-post.js';

const size = 8 * 2 ** 20;
const rounds = often(200);
/** How far into PC1 the pause comes, at most: at any moment of it, from the first on. */
const furthestMs = 150;

/** `pause --now` of a thread in the middle of its own PC1, beside the default pause of an idle thread. */
export async function bench() {
  head('Pause --now in a built-in heavy stage, 8MiB sector');
  const home = mkdtempSync(join(tmpdir(), 'sealvisor-bench-'));
  const manager = await oneDealManager(home);
  const worker = await workerInPc1(home, manager.port);
  const { working, idle } = worker;
  const [ours, floor] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    // PC1 stands still while the idle thread is timed.
    await worker.until(working, (view) => view.mode === 'running' && view.processor?.name === 'pc1');
    await delay(furthestMs * Math.random());
    ours.push(await timedPost(`${worker.thread(working)}/pause`, { how: 'now' }));
    await worker.until(working, (view) => view.mode === 'paused');
    await delay(10);
    floor.push(await timedPost(`${worker.thread(idle)}/pause`));
    await timedPost(`${worker.thread(idle)}/resume`);
    await worker.until(idle, (view) => view.mode === 'idle');
    await delay(10);
    await timedPost(`${worker.thread(working)}/resume`);
  }
  await worker.stop(0);
  await manager.stop();
  rmSync(home, { recursive: true, force: true });
  const unit = 'ms';
  report({
    what: 'p50, against the default pause, idle',
    ours: quantile(ours, 0.5),
    floor: quantile(floor, 0.5),
    unit,
  });
  const [late, lateFloor] = [quantile(ours, 0.99), quantile(floor, 0.99)];
  const what = 'p99, against the default pause, idle';
  return report({ what, ours: late, floor: lateFloor, unit, mostMore: 25 }) ? 0 : 1;
}

/** It has one deal: one thread seals it, the other is idle. */
async function oneDealManager(home) {
  const pieces = join(home, 'pieces');
  mkdirSync(pieces);
  writeFileSync(join(pieces, '0'), Buffer.alloc(((size / 128) * 127 * 9) / 10, 1));
  return startManagerServer({
    host: '127.0.0.1',
    port: 0,
    home: join(home, 'manager'),
    miner: 10000,
    sectorSize: size,
    epochMs: 1000,
    pieces,
    onlyWithDeals: true,
    emit: shown,
  });
}

/** Whichever of its two threads took the sector is the one that works. */
async function workerInPc1(home, manager) {
  const worker = await benchWorker(home, {
    threads: 2,
    manager,
    sealing: [
      'enable_deals = true',
      'disable_cc = true',
      'recover_interval = "1h"',
      'rpc_polling_interval = "1h"',
    ].join('\n'),
  });
  const isInPc1 = (view) => view.processor?.name === 'pc1';
  const working = await Promise.any([0, 1].map((index) => worker.until(index, isInPc1).then(() => index)));
  return {
    ...worker,
    working,
    idle: 1 - working,
    thread: (index) => `${worker.url}/api/v1/threads/${index}`,
  };
}
