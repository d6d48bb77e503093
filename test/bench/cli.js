import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchWorker } from './bench-worker.js';
import { head, median, often, report } from './report.js';
import { timedStart } from './timed-start.js';

const bin = new URL('../../dist/cli/venus-worker.cjs', import.meta.url).pathname;
const rounds = often(21);

/** Starts of the command line, each beside a start of node that does nothing. */
export async function bench() {
  head('Command line, whole process');
  const home = mkdtempSync(join(tmpdir(), 'sealvisor-bench-'));
  const worker = await benchWorker(home, { threads: 3 });
  const at = `127.0.0.1:${worker.port}`;
  const rows = [
    { what: 'venus-worker --help', args: [bin, '--help'] },
    { what: 'venus-worker worker list', args: [bin, 'worker', '--worker', at, 'list'], isServed: true },
  ];
  let short = 0;
  for (const { what, args, isServed } of rows) {
    const [ours, floor] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      ours.push(isServed ? await timedStart(args) : timed(args));
      floor.push(isServed ? await timedStart(['-e', '0']) : timed(['-e', '0']));
    }
    short += report({ what, ours: median(ours), floor: median(floor), unit: 'ms', most: 2 }) ? 0 : 1;
  }
  await worker.stop(0);
  rmSync(home, { recursive: true, force: true });
  return short;
}

function timed(args) {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args);
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  return performance.now() - started;
}
