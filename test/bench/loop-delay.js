import { spawnSync } from 'node:child_process';
import { head, report } from './report.js';

const child = new URL('./loop-delay-child.js', import.meta.url).pathname;

/** How long the daemon's loop stands still while 16 threads seal on its cores. */
export async function bench() {
  head("Daemon's event loop, 16 threads at work");
  const floor = measured('bare');
  const ours = measured('ours');
  const what = 'delay, p99, against 16 threads that only hash';
  return report({ what, ours, floor, unit: 'ms', below: 20 }) ? 0 : 1;
}

function measured(kind) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [child, kind], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
}
