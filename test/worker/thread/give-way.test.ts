import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const giveWay = new URL('../../../dist/src/worker/thread/give-way.js', import.meta.url).href;

/** In a process of its own: what a thread gives away it cannot take back. */
const program = `
import { getPriority } from 'node:os';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
const { giveWay } = await import('${giveWay}');
if (isMainThread) {
  const before = getPriority(0);
  const thread = new Worker(new URL(import.meta.url));
  thread.once('message', (nice) => console.log(JSON.stringify({ thread: nice - before, loop: getPriority(0) - before })));
} else {
  giveWay();
  giveWay();
  parentPort.postMessage(getPriority(0));
}`;

test.runIf(process.platform === 'linux')(
  'a thread that works gives way once, and the loop of its process keeps its own priority',
  () => {
    const url = `data:text/javascript,${encodeURIComponent(program)}`;
    const args = ['--input-type=module', '-e', `await import(${JSON.stringify(url)})`];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ thread: 5, loop: 0 });
  },
);
