import { expect, test } from 'vitest';
import { threadDesk } from '#src/worker/thread/desk.js';
import { callsOf } from '../../tools/worker/border.js';
import { makeDesk } from '../../tools/worker/desk-setup.js';

/** Threads of one worker, each with its side of the desk. */
function setup(policy: Parameters<typeof makeDesk>[0] = { limits: { pc1: 1 } }) {
  const made = makeDesk(policy);
  const thread = (index: number, firstId = 1) => threadDesk(callsOf(made.desk, index), firstId);
  return { ...made, thread };
}

/** What a run's rejection means to the stage, as the runner says it. */
const failureOf = (thrown: unknown) =>
  thrown instanceof Error && thrown.name === 'AbortError'
    ? null
    : ({ level: 'permanent', message: String(thrown) } as const);

test('a thread asks, is told when it may start, and releases its slot when the run is done', async () => {
  const { thread, holders, quiet } = setup();
  const [one, other] = [thread(0), thread(1)];
  expect(await one.ask('pc1', false)).toEqual({ granted: true, isProbe: false });
  expect(await other.ask('pc1', false)).toEqual({ granted: false });
  const granted = other.granted();
  const run = Promise.withResolvers<string>();
  const held = one.hold(() => run.promise, failureOf);
  run.resolve('output');
  expect(await held).toBe('output');
  expect(await granted).toEqual({ isProbe: false });
  await quiet();
  expect(holders()).toEqual([1]);
});

test('a run that fails rejects as it did, and its failure counts', async () => {
  const { thread, desk } = setup({ breaker: { after: 2, probeMs: 1000 } });
  for (const index of [0, 1]) {
    const one = thread(index);
    await one.ask('pc1', false);
    const error = new TypeError('no GPU');
    await expect(one.hold(() => Promise.reject(error), failureOf)).rejects.toBe(error);
  }
  expect(desk.breakers()).toMatchObject([{ stage: 'pc1', message: 'TypeError: no GPU', failed: [0, 1] }]);
});

test('a run that is aborted gives its slot back, and does not count', async () => {
  const { thread, desk, holders } = setup({ limits: { pc1: 1 }, breaker: { after: 1, probeMs: 1000 } });
  const one = thread(0);
  await one.ask('pc1', false);
  const aborted = Object.assign(new Error('aborted'), { name: 'AbortError' });
  await one.hold(() => Promise.reject(aborted), failureOf).catch(() => undefined);
  expect([desk.breakers(), holders()]).toEqual([[], []]);
});

test('a thread that leaves the line is told nothing more but a refusal, and keeps its place', async () => {
  const { thread, desk } = setup();
  const [one, other, third] = [thread(0), thread(1), thread(2)];
  for (const each of [one, other, third]) await each.ask('pc1', false);
  const granted = other.granted();
  other.leaveLine();
  other.leaveLine();
  await expect(granted).rejects.toMatchObject({ code: 'thread_gone' });
  await other.ask('pc1', false);
  expect(desk.waitingFor(1)?.place).toBe(1);
});

test('a slot that no run has used is given back by leaving; one that a run uses is not', async () => {
  const { thread, holders } = setup();
  const one = thread(0);
  await one.ask('pc1', false);
  one.leaveLine();
  expect(holders()).toEqual([]);
  await one.ask('pc1', false);
  const run = Promise.withResolvers<void>();
  const held = one.hold(() => run.promise, failureOf);
  one.leaveLine();
  expect(holders()).toEqual([0]);
  run.resolve();
  await held;
  expect(holders()).toEqual([]);
});

test('a run whose abort takes long holds its slot, also when its thread asks again meanwhile', async () => {
  const { thread, holders } = setup();
  const one = thread(0);
  await one.ask('pc1', false);
  const run = Promise.withResolvers<void>();
  const held = one.hold(() => run.promise, failureOf);
  expect(await one.ask('pc1', false)).toEqual({ granted: false });
  const granted = one.granted();
  run.resolve();
  await held;
  expect(await granted).toEqual({ isProbe: false });
  expect(holders()).toEqual([0]);
});

test('a run that asked nobody is left alone', async () => {
  const { thread, told } = setup();
  expect(await thread(0).hold(async () => 1, failureOf)).toBe(1);
  expect(told).toEqual([]);
});

test('who leaves the line while it is looked what the stage will write has not asked; who asks anew is granted alone', async () => {
  const { thread, holders, quiet } = setup();
  const one = thread(0);
  const looked = Promise.withResolvers<null>();
  const first = one.ask('pc1', false, () => looked.promise);
  one.leaveLine();
  const second = one.ask('pc1', true);
  looked.resolve(null);
  expect(await second).toEqual({ granted: true, isProbe: false });
  expect(await first).toEqual({ granted: false });
  await one.hold(() => Promise.resolve(), failureOf);
  await quiet();
  expect(holders()).toEqual([]);
});
