import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sealer } from '../../dist/machines/index.js';
import { openThreadStore } from '../../dist/src/store/thread-store.js';
import { bareStore } from './bare-store.js';
import { head, median, often, report } from './report.js';

const perRound = often(200, 5);
const rounds = often(9);

/** Durable transitions a second: record and history row, against bare transactions of the same size. */
export async function bench() {
  head('Durable transitions');
  const home = mkdtempSync(join(tmpdir(), 'sealvisor-bench-'));
  const store = openThreadStore(join(home, 'ours'));
  const record = { ...store.read(sealer, 0), outputs: { pieces: 'x'.repeat(2000) } };
  /** @type {Omit<import('../../dist/src/protocol/thread.js').HistoryRow, 'seq'>} */
  const row = {
    at: new Date(0).toISOString(),
    kind: 'transition',
    sector: 's-t010000-1',
    from: 'PC1Done',
    to: 'PC2Done',
    event: 'PC2',
    stage: 'PC2',
    durationMs: 1,
    level: null,
    message: null,
    by: null,
    reason: null,
    command: null,
  };
  const bare = bareStore(join(home, 'bare.db'));
  const [record_, row_] = [JSON.stringify(record), JSON.stringify(row)];
  const [ours, floor] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    floor.push(perSecond(() => bare(record_, row_)));
    ours.push(perSecond(() => store.commit(record, row)));
  }
  store.close();
  rmSync(home, { recursive: true, force: true });
  const what = 'transitions a second against bare better-sqlite3';
  return report({ what, ours: median(ours), floor: median(floor), unit: '/s', least: 0.8 }) ? 0 : 1;
}

function perSecond(work) {
  const started = performance.now();
  for (let count = 0; count < perRound; count += 1) work();
  return perRound / ((performance.now() - started) / 1000);
}
