import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { threadStoreFile } from '../../dist/src/store/thread-store.js';
import { benchWorker, locationOf, placeAt, preCommitted, stubManager } from './bench-worker.js';
import { head, median, often, report } from './report.js';
import { timedStart } from './timed-start.js';

const bin = new URL('../../dist/cli/venus-worker.cjs', import.meta.url).pathname;
const rounds = often(15);
const rows = 10_000;

/** `worker history` of a full history, as a whole process, beside a start of node and `worker list`. */
export async function bench() {
  head(`History of ${rows} rows, whole command`);
  const home = mkdtempSync(join(tmpdir(), 'sealvisor-bench-'));
  const manager = await stubManager();
  fillHistory(locationOf(home, 0));
  const worker = await benchWorker(home, { threads: 1, manager: manager.port });
  const commands = {
    history: [bin, 'worker', '--worker', `127.0.0.1:${worker.port}`, 'history', '--index', '0'],
    list: [bin, 'worker', '--worker', `127.0.0.1:${worker.port}`, 'list'],
    node: ['-e', '0'],
  };
  const took = { history: [], list: [], node: [] };
  for (let round = 0; round < rounds; round += 1)
    for (const [name, args] of Object.entries(commands)) took[name].push(await timedStart(args));
  await worker.stop(0);
  manager.stop();
  rmSync(home, { recursive: true, force: true });
  const ours = median(took.history);
  const unit = 'ms';
  const kept = report({
    what: 'median, against node -e 0',
    ours,
    floor: median(took.node),
    unit,
    below: 150,
  });
  report({
    what: 'best, against the best node -e 0',
    ours: Math.min(...took.history),
    floor: Math.min(...took.node),
    unit,
  });
  report({ what: 'median, against venus-worker worker list', ours, floor: median(took.list), unit });
  return kept ? 0 : 1;
}

/** Rows as a thread writes them, all but the first copied in one transaction. */
function fillHistory(location) {
  placeAt(location, 0, 'PCSubmitted', preCommitted);
  const db = new Database(threadStoreFile(location));
  db.prepare(
    `with recursive n(i) as (select 2 union all select i + 1 from n where i < ?)
     insert into history (at, kind, sector, "from", "to", event, stage, durationMs)
     select strftime('%Y-%m-%dT%H:%M:%fZ', 1700000000 + i * 60, 'unixepoch'), 'transition', 's-t010000-' || (i / 17),
       'TicketAssigned', 'PC1Done', 'PC1', 'PC1', 1000 + i from n`,
  ).run(rows);
  db.close();
}
