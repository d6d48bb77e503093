import { describe, expect, test } from 'vitest';
import { SealvisorError } from '#src/protocol/errors.js';
import { fixture, longMs, rejectionOf, setup } from '../tools/threads/setup.js';

/** Each way to end: the verb that does it, how it is told. */
const ends = [
  { way: 'process.exit(0)', verb: 'exit', args: [0], said: 0, told: /^thread #7 is gone$/ },
  { way: 'process.exit(3)', verb: 'exit', args: [3], said: 3, told: /^thread #7 is gone$/ },
  { way: 'a throw', verb: 'throwOutside', args: ['it broke'], said: 1, told: /is gone: it broke$/ },
  {
    way: 'an unhandled rejection',
    verb: 'rejectOutside',
    args: ['nobody'],
    said: 1,
    told: /is gone: nobody$/,
  },
  { way: 'a throw of what cannot cross', verb: 'throwUnclonable', args: [], said: 1, told: /is gone: .+/ },
] as const;

describe.each(ends)('a thread that ends by $way', ({ verb, args, said, told }) => {
  test('rejects every pending call at once, and refuses calls from then on', async () => {
    const { thread } = await setup();
    const pending = [
      rejectionOf(thread.call('never', [], longMs)),
      rejectionOf(thread.call(verb, args, longMs)),
    ];
    const exit = await thread.exited;
    for (const error of await Promise.all(pending)) {
      expect(error).toBeInstanceOf(SealvisorError);
      expect(error).toMatchObject({ code: 'thread_gone' });
      expect(error.cause).toBe(exit.error);
      expect(error.message).toMatch(told);
    }
    expect(exit.said).toBe(said);
    expect(exit.error === undefined).toBe(verb === 'exit');
    expect(await rejectionOf(thread.call('add', [1, 1], longMs))).toMatchObject({ code: 'thread_gone' });
  });
});

test('the error a thread ended by keeps its code', async () => {
  const { thread } = await setup();
  const error = await rejectionOf(thread.call('throwOutside', ['disk gone'], longMs));
  expect(error.cause).toMatchObject({ message: 'disk gone', code: 'store_failed' });
});

test('a thread that runs out of heap says so, and takes nobody with it', async () => {
  const { thread } = await setup({ resourceLimits: { maxOldGenerationSizeMb: 16 } });
  const other = await setup();
  const error = await rejectionOf(thread.call('fillHeap', [], longMs));
  // Before Node 22.16 it is V8 that ends it.
  const code = expect.stringMatching(/^(thread_out_of_memory|ERR_WORKER_OUT_OF_MEMORY)$/);
  expect(error).toMatchObject({ code: 'thread_gone', cause: { code } });
  expect((await thread.exited).error).toBe(error.cause);
  expect(await other.thread.call('add', [1, 1], longMs)).toBe(2);
});

test.each(['never', 'spin'])('a thread that is terminated in %s rejects what is pending', async (verb) => {
  const { thread } = await setup();
  const pending = rejectionOf(thread.call(verb, [], longMs));
  await thread.call('facts', [], 50).catch(() => undefined);
  thread.terminate();
  expect(await pending).toMatchObject({ code: 'thread_gone' });
  expect((await thread.exited).error).toBeUndefined();
  expect(await rejectionOf(thread.call('facts', [], longMs))).toMatchObject({ code: 'thread_gone' });
});

describe('what was said before the end arrives before `exited` resolves', () => {
  test.each([
    ['process.exit(0)', 'sayAndExit'],
    ['a throw', 'sayAndThrow'],
  ])('behind %s in the same turn', async (_, verb) => {
    const { thread, said } = await setup();
    void thread.call(verb, [500], longMs).catch(() => undefined);
    await thread.exited;
    expect(said).toEqual(Array.from({ length: 500 }, (_unused, n) => n));
  });

  test('however busy the owner was meanwhile', async () => {
    const seen: number[] = [];
    const { thread } = await setup({
      onEvent: (event) => {
        seen.push(Number(event));
      },
    });
    void thread.call(
      'say',
      Array.from({ length: 1000 }, (_, n) => n),
      longMs,
    );
    void thread.call('sayAndExit', [1], longMs).catch(() => undefined);
    // The owner does not turn its loop until the thread must long be over.
    const until = performance.now() + 300;
    while (performance.now() < until);
    await thread.exited;
    expect(seen).toHaveLength(1001);
  });
});

describe('a thread that does not come up', () => {
  const start = (name: string, data: unknown, readyMs?: number) =>
    rejectionOf(setup({ entry: fixture(name), data, ...(readyMs === undefined ? {} : { readyMs }) }));

  test('because it throws at load is start_failed with its own reason, code and cause', async () => {
    const error = await start('fails-at-load.mjs', 'throw');
    expect(error).toBeInstanceOf(SealvisorError);
    expect(error).toMatchObject({
      code: 'start_failed',
      message: 'thread #7 did not start: the record cannot be read',
      cause: { code: 'record_unreadable', cause: { name: 'SyntaxError' } },
    });
  });

  test('because it exits is start_failed', async () => {
    expect(await start('fails-at-load.mjs', 'exit')).toMatchObject({
      code: 'start_failed',
      cause: { code: 'thread_gone' },
    });
  });

  test('because its file is not there is start_failed and names the file', async () => {
    const error = await start('nowhere.mjs', null);
    expect(error).toMatchObject({ code: 'start_failed' });
    expect(error.message).toContain('nowhere.mjs');
  });

  test('because it never says that it is up is start_failed after its deadline, and ended', async () => {
    const error = await start('silent.mjs', null, 200);
    expect(error).toMatchObject({ code: 'start_failed', cause: { code: 'deadline_exceeded' } });
    expect(error.message).toMatch(/thread #7 did not start: .*200 ms/);
  });
});
