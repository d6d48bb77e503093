/** `venus-worker worker …` for the worker as a whole, against its real doors, over real HTTP. */
import { expect, test } from 'vitest';
import { cordon, drain, info, stop, uncordon } from '#cli/commands/worker/life.js';
import { breaker, limit } from '#cli/commands/worker/limits.js';
import { reload } from '#cli/commands/worker/reload.js';
import { list } from '#cli/commands/worker/threads.js';
import type { DrainView, LimitView, ReloadReply, WorkerReply, WorkerView } from '#src/protocol/worker.js';
import type { WorkerControl } from '#src/worker/control-words.js';
import { captured, listening } from '../../tools/cli/setup.js';
import { workerViewOf } from '../../tools/http/setup.js';
import { viewOf } from '../../tools/protocol/views.js';

const said = captured();

test('list --wide says on stderr that the worker does not simply serve', async () => {
  let life: WorkerView['life'] = 'serving';
  const { worker } = await listening([viewOf()], { worker: () => workerViewOf({ life }) });
  await list({ worker, wide: true });
  expect(said.err).toBe('');
  life = 'stopping';
  await list({ worker, wide: true });
  expect(said.err).toBe('worker w1 is stopping\n');
  await list({ worker });
  expect(said.err).toBe('worker w1 is stopping\n');
});

const workerReply = (changed = true): WorkerReply => ({ ...workerViewOf(), changed, message: 'done' });

/** A worker that notes what it is asked as a whole. */
async function noted(own: Partial<WorkerControl> = {}) {
  const asked: unknown[][] = [];
  const note =
    (verb: string, changed = true) =>
    async (...args: unknown[]) => {
      asked.push([verb, ...args]);
      return workerReply(changed);
    };
  const { worker, events } = await listening([viewOf()], {
    cordon: note('cordon'),
    uncordon: note('uncordon', false),
    drain: note('drain'),
    stop: note('stop'),
    setLimit: note('setLimit'),
    closeBreaker: note('closeBreaker'),
    ...own,
  });
  return { worker, events, asked };
}
const who = (reason: string) => ({ reason, by: expect.any(String), id: expect.any(String) });

test('cordon, uncordon, drain and stop are told with who and why; exit 3 when nothing changed', async () => {
  const { worker, asked } = await noted();
  await cordon({ worker, reason: 'new kernel' });
  await drain({ worker, reason: 'a', toFinish: true, deadline: '2h' });
  await stop({ worker, reason: 'b', yes: true, grace: '10m' });
  await stop({ worker, reason: 'c', yes: true });
  expect(process.exitCode).toBeUndefined();
  await uncordon({ worker, reason: 'd', json: true });
  expect(process.exitCode).toBe(3);
  expect(asked).toEqual([
    ['cordon', who('new kernel')],
    ['drain', { toFinish: true, deadlineMs: 7_200_000, ...who('a') }],
    ['stop', { graceMs: 600_000, ...who('b') }],
    ['stop', { graceMs: null, ...who('c') }],
    ['uncordon', who('d')],
  ]);
  expect(said.err).toBe('done\n'.repeat(4));
  expect(JSON.parse(said.out)).toMatchObject({ changed: false, life: 'serving' });
});

const drainOf = (done: number): DrainView => ({
  by: 'bob',
  reason: null,
  at: '2026-11-22T10:00:00.000Z',
  toFinish: false,
  deadline: null,
  done,
  of: 2,
  left: [],
});

test('drain --wait tells each change once, until all threads are at a safe point', async () => {
  let done = 0;
  const { worker, events } = await noted({
    worker: () => workerViewOf({ life: 'draining', drain: drainOf(done) }),
  });
  const ended = drain({ worker, wait: true });
  await expect.poll(() => said.err).toContain('0 of 2');
  events.publish({ type: 'worker', view: workerViewOf({ drain: drainOf(0) }) });
  events.publish({ type: 'worker', view: workerViewOf({ drain: drainOf(1) }) });
  await expect.poll(() => said.err).toContain('1 of 2');
  done = 2;
  // A thread's news say nothing of the drain: the worker is asked.
  events.publish({ type: 'thread', view: viewOf() });
  await ended;
  expect(said.err.split('\n')).toEqual([
    'done',
    '0 of 2 threads are at a safe point',
    '1 of 2 threads are at a safe point',
    '2 of 2 threads are at a safe point',
    'the worker is drained',
    '',
  ]);
});

test('drain --wait ends when someone lifts the drain', async () => {
  const { worker } = await noted();
  await expect(drain({ worker, wait: true })).rejects.toMatchObject({
    code: 'revision_conflict',
    message: 'the drain of w1 was lifted: it is serving',
  });
});

const limits: LimitView[] = [
  { name: 'pc1', limit: 2, configured: 2, staggeredMs: null, holders: [0], queue: [1] },
  { name: 'c2', limit: null, configured: null, staggeredMs: null, holders: [], queue: [] },
];

test('limit shows all, or one, or changes one', async () => {
  const { worker, asked } = await noted({ worker: () => workerViewOf({ limits }) });
  await limit(undefined, undefined, { worker });
  expect(said.out.split('\n').map((line) => line.split(/ +/)[0])).toEqual(['Stage', 'pc1', 'c2', '']);
  said.out = '';
  await limit('pc1', undefined, { worker, json: true });
  expect(JSON.parse(said.out)).toEqual([limits[0]]);
  await expect(limit('pc9', undefined, { worker })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('pc1, c2'),
  });
  await limit('pc1', '4', { worker, reason: 'a' });
  await limit('pc1', 'none', { worker, reason: 'b' });
  expect(asked).toEqual([
    ['setLimit', 'pc1', 4, who('a')],
    ['setLimit', 'pc1', null, who('b')],
  ]);
});

test.each(['0', '-1', '1.5', 'four', '', '1e3', '01'])('a limit of %j is none', async (most) => {
  await expect(limit('pc1', most, { worker: '127.0.0.1:1' })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('a whole number from 1, or none'),
  });
});

test('breaker shows those that are open, and closes one', async () => {
  const { worker, asked } = await noted();
  await breaker(undefined, { worker });
  expect(said.out).toMatch(/^Breaker /);
  await breaker('c2', { worker, close: true, reason: 'a' });
  expect(asked).toEqual([['closeBreaker', 'c2', who('a')]]);
  await expect(breaker(undefined, { worker, close: true })).rejects.toMatchObject({ code: 'usage' });
});

test('info is the worker whole', async () => {
  const { worker } = await noted({ worker: () => workerViewOf({ limits }) });
  await info({ worker });
  expect(said.out).toMatch(/^worker {3}w1\n/);
  said.out = '';
  await info({ worker, json: true });
  expect(JSON.parse(said.out)).toEqual(workerViewOf({ limits }));
});

/** A worker whose file differs from what runs by these lines. */
async function reloading(changes: ReloadReply['changes']) {
  const asked: unknown[] = [];
  const { worker } = await listening([viewOf()], {
    reload: async ({ dryRun }) => {
      asked.push(dryRun);
      const changed = !dryRun && changes.length > 0;
      return { changed, message: changed ? 'applied' : 'nothing applied', changes, warnings: ['odd key'] };
    },
  });
  return { worker, asked };
}
const oneChange = [{ kind: 'changed', what: 'processors.limit.pc1', from: '2', to: '4' }] as const;

test('reload prints the differences first, then applies them', async () => {
  const { worker, asked } = await reloading(oneChange);
  await reload({ worker });
  expect(asked).toEqual([true, false]);
  expect(said).toEqual({
    out: '~ processors.limit.pc1: 2 -> 4\n',
    err: 'warning: odd key\napplied\n',
  });
  expect(process.exitCode).toBeUndefined();
});

test('reload --dry-run applies nothing; where nothing differs, nothing is asked for and the exit is 3', async () => {
  const { worker, asked } = await reloading(oneChange);
  await reload({ worker, dryRun: true, json: true });
  expect(asked).toEqual([true]);
  expect(JSON.parse(said.out)).toMatchObject({ changed: false, changes: oneChange });
  expect(process.exitCode).toBeUndefined();
  const same = await reloading([]);
  await reload({ worker: same.worker });
  expect(same.asked).toEqual([true]);
  expect(process.exitCode).toBe(3);
});
