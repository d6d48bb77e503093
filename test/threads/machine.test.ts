import { describe, expect, onTestFinished, test } from 'vitest';
import { startSupervisor } from '#src/actors/index.js';
import { type MachineOptions, type SnapshotNews, type ThreadChild, threadChild } from '#src/threads/index.js';
import { backUp, childOf } from '../tools/threads/child-setup.js';
import { fixture, longMs, rejectionOf } from '../tools/threads/setup.js';

async function setup(options: Partial<MachineOptions<SnapshotNews>> = {}) {
  const told: SnapshotNews[] = [];
  const onEvent = (news: SnapshotNews) => void told.push(news);
  const start = threadChild<SnapshotNews>({
    machine: fixture('door.mjs'),
    name: 'door',
    onEvent,
    ...options,
  });
  const supervisor = await startSupervisor({
    intensity: 10,
    children: [{ id: 'one', start, restart: 'transient' }],
  });
  onTestFinished(async () => {
    supervisor.kill();
    await supervisor.exited;
  });
  return { told, supervisor, door: childOf(supervisor, 'one') };
}

const snapshot = (door: ThreadChild) => door.call<SnapshotNews>('snapshot', [], longMs);

describe('a machine of one’s own in a thread', () => {
  test('starts with its input, takes events in order, and tells its snapshots', async () => {
    const { door, told } = await setup({ input: { opened: 4 } });
    for (const type of ['OPEN', 'SHUT', 'OPEN']) door.send({ type });
    expect(await snapshot(door)).toEqual({
      type: 'snapshot',
      status: 'active',
      value: 'open',
      context: { opened: 6 },
    });
    await snapshot(door);
    expect(told.map((news) => news.value)).toEqual(['shut', 'open', 'shut', 'open']);
  });

  test('ends normally in a final state, whose output is the last thing it tells', async () => {
    const { door, told } = await setup();
    door.send({ type: 'OPEN' });
    door.send({ type: 'LOCK' });
    expect(await door.exited).toEqual({ kind: 'normal' });
    expect(told.at(-1)).toMatchObject({ status: 'done', value: 'locked', output: { opened: 1 } });
  });

  test('crashes with the error of its action, and starts again with the input of that moment', async () => {
    let last: unknown;
    const { door, supervisor } = await setup({
      input: () => last,
      onEvent: (news) => {
        last = news.context;
      },
    });
    const back = backUp(supervisor);
    door.send({ type: 'OPEN' });
    door.send({ type: 'BREAK' });
    expect(await door.exited).toMatchObject({
      kind: 'crash',
      error: { code: 'thread_gone', cause: { message: 'the hinge broke' } },
    });
    expect(await snapshot(await back)).toMatchObject({ value: 'shut', context: { opened: 1 } });
  });

  test('in a tight loop is ended and starts again', async () => {
    const { door, supervisor } = await setup({ heartbeatMs: 50, missed: 3 });
    const back = backUp(supervisor);
    door.send({ type: 'SPIN' });
    expect(await door.exited).toMatchObject({ kind: 'crash', error: { code: 'thread_hung' } });
    expect((await snapshot(await back)).value).toBe('shut');
  });

  test('whose context cannot cross tells the rest', async () => {
    const { door } = await setup({ input: { secret: true } });
    expect(await snapshot(door)).toEqual({ type: 'snapshot', status: 'active', value: 'shut' });
  });

  test('is stopped where it is, or by its own event', async () => {
    const { door } = await setup();
    await door.stop();
    expect(await door.exited).toEqual({ kind: 'shutdown' });
    const { door: other, told } = await setup({ stopEvent: { type: 'LOCK' } });
    await other.stop();
    expect(await other.exited).toEqual({ kind: 'shutdown' });
    expect(told.at(-1)?.value).toBe('locked');
  });
});

describe('a machine that cannot start is start_failed', () => {
  const failing = (name: string, machine = fixture(name)) =>
    rejectionOf(threadChild({ machine, name: 'door' })());

  test('because its first action throws', async () => {
    expect((await failing('breaks-at-start.mjs')).message).toBe('door did not start: no key');
  });

  test('because its module exports none', async () => {
    expect((await failing('silent.mjs')).message).toMatch(
      /silent\.mjs exports no XState machine as `machine`/,
    );
  });

  test('because its module is not there', async () => {
    expect(await failing('nowhere.mjs')).toMatchObject({ code: 'start_failed' });
  });
});

test.each(['machine', 'entry'])('a path as %s is refused with what to write', (key) => {
  // As JavaScript would call it.
  const options = { name: 'kiln', [key]: './x.js' } as unknown as Parameters<typeof threadChild>[0];
  expect(() => threadChild(options)).toThrow(
    `kiln needs a URL as ${key}, not './x.js': write ${key}: new URL('./file.js', import.meta.url)`,
  );
});
