import { hash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadWorkerConfig } from '../../dist/src/config/worker-config.js';
import { startWorkerServer } from '../../dist/src/http/worker/server.js';
import { benchManager } from './bench-worker.js';
import { head, median, often, report } from './report.js';
import { shown } from './shown.js';

const size = often(8 * 2 ** 20, 2048);
const leaves = size / 32;
const rounds = often(3);

/** One 8MiB sector, Empty to Finished, beside the bare SHA-256 work it contains. */
export async function bench() {
  head('8MiB sector, Empty to Finished');
  const home = mkdtempSync(join(tmpdir(), 'sealvisor-bench-'));
  mkdirSync(join(home, 'pieces'));
  for (let at = 0; at < rounds; at += 1)
    writeFileSync(join(home, 'pieces', `${at}`), Buffer.alloc(((size / 128) * 127 * 9) / 10, at + 1));
  const pieces = join(home, 'pieces');
  const manager = await benchManager(home, { sectorSize: size, pieces, onlyWithDeals: true });
  const rows = await sealed(home, manager.port);
  await manager.stop();
  rmSync(home, { recursive: true, force: true });
  const [natural, fastest] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    natural.push(bareWork((view) => hash('sha256', view, 'buffer')));
    fastest.push(bareWork((view) => hash('sha256', view, 'binary')));
  }
  const ours = median(rows);
  const kept = report({
    what: "against its hashes by crypto.hash(.., 'buffer')",
    ours,
    floor: median(natural),
    unit: 'ms',
    most: 3,
  });
  report({
    what: "against its hashes by crypto.hash(.., 'binary'), thrown away",
    ours,
    floor: median(fastest),
    unit: 'ms',
  });
  return kept ? 0 : 1;
}

/** Seals one sector after another on one thread; ms of each. */
async function sealed(home, managerPort) {
  const path = join(home, 'venus-worker.toml');
  writeFileSync(
    path,
    `[worker]
name = "bench"
rpc_server = { host = "127.0.0.1", port = 0 }
[sector_manager]
rpc_client.addr = "/ip4/127.0.0.1/tcp/${managerPort}"
[sealing]
enable_deals = true
disable_cc = true
seal_interval = "1ms"
recover_interval = "1ms"
rpc_polling_interval = "1ms"
[[sealing_thread]]
location = ${JSON.stringify(join(home, 'store'))}
[[attached]]
name = "store"
location = ${JSON.stringify(join(home, 'persisted'))}
`,
  );
  const took = [];
  let allDone;
  const done = new Promise((resolve) => {
    allDone = resolve;
  });
  let began = 0;
  const worker = await startWorkerServer({
    config: loadWorkerConfig(path).config,
    emit: shown,
    onRow: (_index, row) => {
      if (row.kind !== 'transition') return;
      if (row.from === 'Empty') began = Date.parse(row.at);
      if (row.to === 'Finished') took.push(Date.parse(row.at) - began);
      if (took.length === rounds) allDone();
    },
  });
  await done;
  await worker.stop();
  return took;
}

/** CommP, tree D and tree R (a node over two nodes each), and two layers of labels: ms. */
function bareWork(digest) {
  const pair = Buffer.alloc(64, 3);
  const label = Buffer.alloc(108, 4);
  const started = performance.now();
  for (let count = 0; count < 3 * (leaves - 1); count += 1) digest(pair);
  for (let count = 0; count < 2 * leaves; count += 1) digest(label);
  return performance.now() - started;
}
