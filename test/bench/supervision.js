import { spawnSync } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { wrap } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { startSupervisor } from '../../dist/src/actors/index.js';
import { spareThreads, ThreadAddress, threadChild } from '../../dist/src/threads/index.js';
import { startThread } from '../../dist/src/threads/remote.js';
import { inProcess } from './in-process.js';
import { head, median, often, report } from './report.js';

const bare = new URL('./bare-thread.js', import.meta.url);
const entry = new URL('./supervised-thread.js', import.meta.url);
const rounds = often(30);
const calls = often(4000, 20);
const hangs = often(5);
const treeThreads = often(64, 4);
const erlangProcessKb = 2.7;

/** What supervision costs and how fast it is, beside what a thread costs that nobody supervises. */
export async function bench() {
  head('Supervision');
  const kept = [
    ...(await crashToReady()),
    await hungDetected(),
    await callCost(),
    await treeStops(),
    await manyChildren(),
    memory(),
  ];
  return kept.filter((each) => !each).length;
}

async function crashToReady() {
  const spares = spareThreads({ entry, count: 1 });
  const fresh = await supervised({});
  const warm = await supervised({ spares });
  let thread = await bareUp();
  const took = { bare: [], fresh: [], warm: [] };
  for (let round = 0; round < rounds; round += 1) {
    const started = performance.now();
    const gone = new Promise((resolve) => thread.once('exit', resolve));
    void thread.terminate();
    await gone;
    thread = await bareUp();
    took.bare.push(performance.now() - started);
    took.fresh.push(await fresh.crash());
    await spares.filled();
    took.warm.push(await warm.crash());
    await spares.filled();
  }
  await Promise.all([thread.terminate(), fresh.stop(), warm.stop(), spares.stop()]);
  const floor = median(took.bare);
  return [
    report({
      what: 'crash to READY, against a bare new Worker, p50',
      ours: median(took.fresh),
      floor,
      unit: 'ms',
      most: 1.15,
    }),
    report({
      what: 'crash to READY with a warm spare, p50',
      ours: median(took.warm),
      floor,
      unit: 'ms',
      most: 0.25,
    }),
  ];
}

async function supervised(options) {
  const start = threadChild({ entry, name: 'bench', ...options });
  const children = [{ id: 'one', start }];
  const supervisor = await startSupervisor({ intensity: 1_000_000, children });
  const crash = () =>
    new Promise((resolve) => {
      const started = performance.now();
      const leave = supervisor.subscribe(({ kind }) => {
        if (kind !== 'child.started') return;
        leave();
        resolve(performance.now() - started);
      });
      const { child } = supervisor.whichChildren()[0];
      if (typeof child === 'string') throw new Error('it is restarting');
      child.kill();
    });
  return { crash, stop: () => supervisor.stop() };
}

async function bareUp() {
  const worker = new Worker(bare);
  await new Promise((resolve) => worker.once('message', resolve));
  return worker;
}

async function hungDetected() {
  const took = [];
  const [heartbeatMs, missed] = [100, 5];
  for (let round = 0; round < hangs; round += 1) {
    const child = await threadChild({ entry, name: 'bench', heartbeatMs, missed })();
    await child.call('send', [{ type: 'THREAD.PAUSE' }], 1000);
    const started = performance.now();
    child.call('spin', [], 10_000).catch(() => undefined);
    await child.exited;
    took.push(performance.now() - started);
  }
  const floor = heartbeatMs * missed + 100;
  return report({
    what: 'a hang, found and ended, slowest of 5, against its limit',
    ours: Math.max(...took),
    floor,
    unit: 'ms',
    most: 1,
  });
}

/** Rounds of the three alternate, so that a busy moment spoils none of them alone. */
async function callCost() {
  const remote = await startThread({
    entry,
    data: null,
    incarnation: 1,
    name: 'bench',
    services: async () => null,
    onEvent: () => undefined,
  });
  const children = [{ id: 'one', start: threadChild({ entry, name: 'bench' }) }];
  const supervisor = await startSupervisor({ children });
  const address = new ThreadAddress(supervisor, 'one');
  const worker = await bareUp();
  const comlink = wrap(nodeEndpoint(worker));
  const took = { plain: [], ours: [], comlink: [] };
  const event = { type: 'THREAD.PAUSE' };
  const timed = async (into, call) => {
    const started = performance.now();
    await call();
    into.push((performance.now() - started) * 1000);
  };
  for (let at = 0; at < calls; at += 1) {
    await timed(took.plain, () => remote.call('send', [event], 1000));
    await timed(took.ours, () => address.call('send', [event], 1000));
    await timed(took.comlink, () => comlink.send(event));
  }
  remote.terminate();
  await Promise.all([remote.exited, worker.terminate(), supervisor.stop()]);
  const ours = median(took.ours.slice(calls / 10));
  report({
    what: 'a call by address, against a bare Comlink call, p50',
    ours,
    floor: median(took.comlink.slice(calls / 10)),
    unit: 'us',
  });
  return report({
    what: 'a call by address, against one that nobody supervises, p50',
    ours,
    floor: median(took.plain.slice(calls / 10)),
    unit: 'us',
    most: 1.05,
  });
}

async function treeStops() {
  const slowest = { ms: 0 };
  const start = async () => timedStop(await threadChild({ entry, name: 'bench' })(), slowest);
  const supervisor = await startSupervisor({
    strategy: 'simple_one_for_one',
    children: [{ id: 'any', start }],
  });
  for (let at = 0; at < treeThreads; at += 1) await supervisor.startChild([]);
  const started = performance.now();
  await supervisor.stop();
  const all = performance.now() - started;
  return report({
    what: 'a tree of 64 threads stops, against its slowest one + 100 ms',
    ours: all,
    floor: slowest.ms + 100,
    unit: 'ms',
    most: 1,
  });
}

/** The child, which notes how long the slowest of all took from being asked to its end. */
function timedStop(child, slowest) {
  const stop = async () => {
    const started = performance.now();
    await child.stop();
    slowest.ms = Math.max(slowest.ms, performance.now() - started);
  };
  return { exited: child.exited, stop, kill: () => child.kill() };
}

async function manyChildren() {
  const best = { small: Number.POSITIVE_INFINITY, large: Number.POSITIVE_INFINITY };
  best.together = Number.POSITIVE_INFINITY;
  for (let round = 0; round < often(6, 2); round += 1) {
    const took = {
      small: await upAndDown(1, 1000),
      large: await upAndDown(1, 10_000),
      together: await upAndDown(10, 1000),
    };
    // The first round is there to warm up.
    for (const [size, ms] of Object.entries(took)) if (round > 0) best[size] = Math.min(best[size], ms);
  }
  const line = { ours: best.large, unit: 'ms', most: 1.3 };
  const what = '10,000 in-process children up, counted, down, against';
  const kept = [
    report({ what: `${what} 10 x 1,000`, floor: best.small * 10, ...line }),
    report({ what: `${what} 10 supervisors of 1,000 at once`, floor: best.together, ...line }),
  ];
  return kept.every(Boolean);
}

/** What so many supervisors, alive at once, take with their children, ms. */
async function upAndDown(supervisors, children) {
  const started = performance.now();
  const up = [];
  for (let nth = 0; nth < supervisors; nth += 1)
    up.push(await startSupervisor({ children: inProcess(children) }));
  for (const each of up)
    if (each.countChildren().active !== children) throw new Error('children are missing');
  for (const each of up) await each.stop();
  return performance.now() - started;
}

function memory() {
  const script = new URL('./in-process.js', import.meta.url).pathname;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--expose-gc', script, 'measure'], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return report({
    what: 'memory of an in-process child, against an Erlang process',
    ours: Number(stdout),
    floor: erlangProcessKb,
    unit: 'kB',
    most: 2,
  });
}
