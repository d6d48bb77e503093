import { spawnSync } from 'node:child_process';
import { head, median, often, report } from './report.js';

const rounds = often(3);
const child = new URL('./memory-child.js', import.meta.url).pathname;

/** Resident memory of an idle thread, in a process of its own each time. */
export async function bench() {
  head('Idle thread, resident memory');
  const [ours, floor] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    floor.push(measured('bare'));
    ours.push(measured('ours'));
  }
  const what = 'sealing thread against worker_thread + xstate + comlink';
  return report({ what, ours: median(ours), floor: median(floor), unit: 'MiB', most: 1.3 }) ? 0 : 1;
}

function measured(kind) {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--expose-gc', child, kind], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
}
