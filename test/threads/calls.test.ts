import { describe, expect, test } from 'vitest';
import { SealvisorError } from '#src/protocol/errors.js';
import { longMs, rejectionOf, setup } from '../tools/threads/setup.js';

describe('a call to a thread', () => {
  test('is answered', async () => {
    const { thread } = await setup();
    expect(await thread.call('add', [2, 3], longMs)).toBe(5);
    expect(thread.threadId).toBeGreaterThan(0);
  });

  test('finds the data and the incarnation the thread was started with', async () => {
    const { thread } = await setup();
    expect(await thread.call('facts', [], longMs)).toEqual({ data: { from: 'outside' }, incarnation: 3 });
  });

  test('that is refused rejects with code, message, data and the whole chain of causes', async () => {
    const { thread } = await setup();
    const error = await rejectionOf(thread.call('refuse', [], longMs));
    expect(error).toBeInstanceOf(SealvisorError);
    expect(error).toMatchObject({
      name: 'SealvisorError',
      code: 'state_not_possible',
      message: 'not now',
      data: { possible: ['PC1Done'] },
      cause: {
        message: 'could not look',
        cause: { name: 'TypeError', message: 'no such file', code: 'ENOENT' },
      },
    });
    expect(error.stack).toContain('verbs.mjs');
    expect(error.cause).toBeInstanceOf(Error);
  });

  test('that throws no error rejects with one all the same', async () => {
    const { thread } = await setup();
    expect(await rejectionOf(thread.call('throwText', [], longMs))).toMatchObject({ message: 'just text' });
  });

  test('of a verb that is not there says so', async () => {
    const { thread } = await setup();
    expect((await rejectionOf(thread.call('fly', [], longMs))).message).toContain('no verb fly');
  });

  test.each([
    ['an answer', 'giveFunction', []],
    ['an argument', 'add', [() => 1]],
  ] as const)('with %s that cannot cross rejects, and the thread lives on', async (_, verb, args) => {
    const { thread } = await setup();
    await rejectionOf(thread.call(verb, args, longMs));
    expect(await thread.call('add', [1, 1], longMs)).toBe(2);
  });

  test('that is not answered in time rejects with deadline_exceeded and names the verb; others continue', async () => {
    const { thread } = await setup();
    const error = await rejectionOf(thread.call('never', [], 5));
    expect(error).toMatchObject({ code: 'deadline_exceeded' });
    expect(error.message).toMatch(/thread #7.*never.*5 ms/);
    expect(await thread.call('add', [1, 1], longMs)).toBe(2);
  });

  test('keeps its deadline while the thread spins', async () => {
    const { thread } = await setup();
    void thread.call('spin', [], longMs).catch(() => undefined);
    expect(await rejectionOf(thread.call('add', [1, 1], 50))).toMatchObject({ code: 'deadline_exceeded' });
  });
});

test('what a thread says before it calls a service is heard before that call', async () => {
  const heard: unknown[] = [];
  const asked = Promise.withResolvers<void>();
  const { thread } = await setup({
    onEvent: (event) => void heard.push(event),
    services: async (name) => {
      heard.push(name);
      asked.resolve();
    },
  });
  await thread.call('sayAndAsk', ['desk'], longMs);
  await asked.promise;
  expect(heard).toEqual(['said', 'desk']);
});

describe('a thread calls a service of its owner', () => {
  const services = async (name: string, args: readonly unknown[]) => {
    if (name === 'sum') return (args as number[]).reduce((sum, each) => sum + each, 0);
    throw new SealvisorError('unreachable', `cannot reach ${name}`, { data: { name } });
  };

  test('and is answered', async () => {
    const { thread } = await setup({ services });
    expect(await thread.call('ask', ['sum', 1, 2, 3], longMs)).toBe(6);
  });

  test('and hears a refusal with its code, there and back', async () => {
    const { thread } = await setup({ services });
    const error = await rejectionOf(thread.call('ask', ['the manager'], longMs));
    expect(error).toMatchObject({ code: 'unreachable', data: { name: 'the manager' } });
  });
});

describe('what a thread says', () => {
  test('in several turns arrives in order, each once', async () => {
    const { thread, said } = await setup();
    for (const word of ['a', 'b', 'c']) await thread.call('say', [word, word], longMs);
    await thread.call('facts', [], longMs);
    thread.terminate();
    await thread.exited;
    expect(said).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
  });
});
