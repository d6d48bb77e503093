import type { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { alone, backUp, call, errorOf, underSupervisor } from '../tools/threads/child-setup.js';
import { longMs, rejectionOf } from '../tools/threads/setup.js';

/** Each way to end by itself: what it is told as. */
const crashes = [
  { way: 'process.exit(0)', verb: 'exit', args: [0], code: 'thread_gone', cause: undefined },
  { way: 'process.exit(3)', verb: 'exit', args: [3], code: 'thread_gone', cause: undefined },
  { way: 'a throw', verb: 'throwOutside', args: [], code: 'thread_gone', cause: { code: 'store_failed' } },
  {
    way: 'an unhandled rejection',
    verb: 'reject',
    args: [],
    code: 'thread_gone',
    cause: { message: 'nobody' },
  },
  { way: 'a throw of what cannot cross', verb: 'throwUnclonable', args: [], code: 'thread_gone', cause: {} },
  {
    way: 'running out of heap',
    verb: 'fillHeap',
    args: [],
    code: 'thread_out_of_memory',
    cause: undefined,
  },
] as const;
const resourceLimits = { maxOldGenerationSizeMb: 32 };

describe.each(crashes)('a thread that ends by $way', ({ verb, args, code, cause }) => {
  test('has crashed, with one exit record that who asks late gets too, and its calls are refused at once', async () => {
    const { child } = await alone({ resourceLimits });
    const pending = [
      rejectionOf(child.call('never', [], longMs)),
      rejectionOf(child.call(verb, args, longMs)),
    ];
    const exit = await child.exited;
    expect(exit).toMatchObject({ kind: 'crash', error: { code } });
    expect(errorOf(exit)).toMatchObject(cause ? { cause } : {});
    expect(await child.exited).toBe(exit);
    for (const error of await Promise.all(pending)) expect(error).toMatchObject({ code: 'thread_gone' });
    expect(await rejectionOf(child.call('ping', [], longMs))).toMatchObject({ code: 'thread_gone' });
  });

  test('is started again by its supervisor, as a new incarnation, when it is transient', async () => {
    const { supervisor, child } = await underSupervisor(['one'], {
      resourceLimits,
      spec: { restart: 'transient' },
    });
    const back = backUp(supervisor);
    call(child(), verb, ...args);
    expect(await (await back).call('ping', [], longMs)).toBe(2);
  });
});

test('in-flight calls are rejected in the tick of the exit', async () => {
  const { child } = await alone();
  const order: string[] = [];
  const pending = child.call('never', [], longMs).catch(() => order.push('call'));
  const gone = child.exited.then(() => setImmediate(() => order.push('next tick')));
  call(child, 'exit', 0);
  await Promise.all([pending, gone]);
  expect(order).toEqual(['call']);
});

describe('a thread that says it is done', () => {
  test('has ended normally', async () => {
    const { child } = await alone();
    call(child, 'done');
    expect(await child.exited).toEqual({ kind: 'normal' });
  });

  test('is not started again when it is transient', async () => {
    const { supervisor, child } = await underSupervisor(['one'], { spec: { restart: 'transient' } });
    const was = child();
    call(was, 'done');
    await was.exited;
    await new Promise((resolve) => setImmediate(resolve));
    expect(supervisor.whichChildren()[0]?.child).toBeUndefined();
  });
});

test('a thread that somebody else terminates has crashed', async () => {
  let worker: Worker | undefined;
  process.once('worker', (born) => {
    worker = born;
  });
  const { child } = await alone();
  void worker?.terminate();
  expect(await child.exited).toMatchObject({ kind: 'crash', error: { code: 'thread_gone' } });
});

test('a thread that is terminated before it is online has not started', async () => {
  process.once('worker', (born) => void born.terminate());
  expect(await rejectionOf(alone())).toMatchObject({ code: 'start_failed', cause: { code: 'thread_gone' } });
});

test('everything that was posted just before exit(0) arrives before the exit record: events and calls of services', async () => {
  const noted: unknown[] = [];
  const services = async (_: string, args: readonly unknown[]) => noted.push(...args);
  const { child, said } = await alone({ services });
  call(child, 'sayAndExit', 300);
  await child.exited;
  const all = Array.from({ length: 300 }, (_, n) => n);
  expect(said).toEqual(all);
  expect(noted).toEqual(all);
});

describe('stop', () => {
  test('lets the thread end politely: shutdown; twice and late it resolves all the same', async () => {
    const { child, said } = await alone();
    await Promise.all([child.stop(), child.stop()]);
    expect(await child.exited).toEqual({ kind: 'shutdown' });
    expect(said).toEqual(['stopped']);
    await child.stop();
    child.kill();
    expect(await child.exited).toEqual({ kind: 'shutdown' });
  });

  test('ends a thread that overstays its grace: killed', async () => {
    const { child } = await alone({ graceMs: 50, data: { onStop: 'never' } });
    await child.stop();
    expect(await child.exited).toEqual({ kind: 'killed' });
  });

  test.each([
    ['refuses', 'refuse', 'cannot close the store'],
    ['crashes', 'throw', 'it broke while it stopped'],
  ])('of a thread whose stop %s ends with one exit record, a crash', async (_, onStop, message) => {
    const { child } = await alone({ data: { onStop } });
    await child.stop();
    expect(await child.exited).toMatchObject({
      kind: 'crash',
      error: { code: 'thread_gone', cause: { message } },
    });
  });

  test('of a thread that exits on its own then is a shutdown, whatever its code', async () => {
    const { child } = await alone({ data: { onStop: 'exit' } });
    await child.stop();
    expect(await child.exited).toEqual({ kind: 'shutdown' });
  });

  test('does not wait for a hang to be found: its own grace counts', async () => {
    const { child } = await alone({ heartbeatMs: 20, missed: 2, graceMs: 300 });
    call(child, 'spin');
    await child.stop();
    expect((await child.exited).kind).toBe('killed');
  });
});

test('kill ends a thread in a tight loop: killed', async () => {
  const { child } = await alone();
  call(child, 'spin');
  child.kill();
  child.kill();
  expect(await child.exited).toEqual({ kind: 'killed' });
});

test('a supervisor stops a polite thread by asking, one in a tight loop at its deadline', async () => {
  const { supervisor, child } = await underSupervisor(['polite', 'spinning'], { spec: { shutdown: 300 } });
  const [polite, spinning] = [child('polite'), child('spinning')];
  call(spinning, 'spin');
  await supervisor.stop();
  expect(await polite.exited).toEqual({ kind: 'shutdown' });
  expect(await spinning.exited).toEqual({ kind: 'killed' });
});
