/** Limits over all threads of a worker: from the file, changed by hand while threads wait, kept over restarts. */
import { describe, expect, test } from 'vitest';
import type { ThreadView } from '#src/protocol/thread.js';
import { freshDir, isWorking, rejectionOf, setup } from '../../tools/worker/setup.js';

const held = { leastMs: { pc1: 600_000 }, threads: 3 };
const all = [0, 1, 2];
const atPc1 = isWorking('TicketAssigned');
const inLine = (view: ThreadView) => view.mode === 'waiting' && view.waitingFor !== null;

type Made = Awaited<ReturnType<typeof setup>>;
/** One works, the others stand in line; first to last. */
async function lineOf({ until, control }: Made) {
  await Promise.all(all.map((index) => until(index, (view) => atPc1(view) || inLine(view))));
  const pc1 = control.worker().limits.find(({ name }) => name === 'pc1');
  return { holders: pc1?.holders ?? [], queue: pc1?.queue ?? [] };
}
const limitOf = ({ control }: Made, name = 'pc1') =>
  control.worker().limits.find((each) => each.name === name);

describe('a limit of the file', () => {
  test('lets in so many; who waits says for what, at which place, and who holds it', async () => {
    const made = await setup({ ...held, config: { limits: { pc1: 1 } } });
    const { holders, queue } = await lineOf(made);
    expect([holders.length, queue.length]).toEqual([1, 2]);
    for (const [at, index] of queue.entries())
      expect(made.control.thread(index).waitingFor).toEqual({ limit: 'pc1', place: at + 1, holders });
    expect(made.control.worker().counts).toMatchObject({ running: 1, waiting: 2 });
  });
});

describe('a limit set by hand', () => {
  test('that is raised lets in at once, first come first served', async () => {
    const made = await setup({ ...held, config: { limits: { pc1: 1 } } });
    const { queue } = await lineOf(made);
    expect(await made.control.setLimit('pc1', 2, { by: 'alice' })).toMatchObject({
      changed: true,
      message: 'pc1 has a limit of 2 now, and after a restart; it was a limit of 1',
    });
    await made.until(queue[0] ?? -1, atPc1);
    expect(made.control.thread(queue[1] ?? -1).waitingFor).toMatchObject({ place: 1 });
    await made.control.setLimit('pc1', null, {});
    await made.until(queue[1] ?? -1, atPc1);
  });

  test('that is lowered takes hold as those who hold it leave', async () => {
    const made = await setup({ ...held, config: { limits: { pc1: 2 } } });
    const { holders, queue } = await lineOf(made);
    const [one = -1, other = -1] = holders;
    await made.control.setLimit('pc1', 1, {});
    expect(limitOf(made)).toMatchObject({ limit: 1, configured: 2, holders: [one, other], queue });
    await made.control.pause(one, { how: 'now' });
    await made.untilWorker(({ limits }) =>
      limits.some(({ name, holders }) => name === 'pc1' && holders.length === 1),
    );
    expect(limitOf(made)).toMatchObject({ holders: [other], queue });
    await made.control.pause(other, { how: 'now' });
    await made.until(queue[0] ?? -1, atPc1);
  });

  test('is kept over a restart of the worker', async () => {
    const home = freshDir();
    const config = { limits: { pc1: 1 } };
    const first = await setup({ home, ...held, config });
    await first.control.setLimit('pc1', 2, {});
    await first.control.setLimit('c2', 4, {});
    await first.worker.stop(0);
    await first.closeManager();
    const second = await setup({ home, ...held, config });
    expect(limitOf(second)).toMatchObject({ limit: 2, configured: 1 });
    expect(limitOf(second, 'c2')).toMatchObject({ limit: 4, configured: null });
  });

  test('holds until the file says something else, and can be set again to what it was', async () => {
    const home = freshDir();
    const first = await setup({ home, ...held, config: { limits: { pc1: 1 } } });
    await first.control.setLimit('pc1', 2, {});
    await first.worker.stop(0);
    await first.closeManager();
    const second = await setup({ home, ...held, config: { limits: { pc1: 3 } } });
    expect(limitOf(second)).toMatchObject({ limit: 3, configured: 3 });
    expect(await second.control.setLimit('pc1', 2, {})).toMatchObject({ changed: true });
    expect(limitOf(second)).toMatchObject({ limit: 2, configured: 3 });
  });

  test('that was taken away is set again to what the file says', async () => {
    const made = await setup({ ...held, config: { limits: { pc1: 1 } } });
    await made.control.setLimit('pc1', null, {});
    expect(await made.control.setLimit('pc1', 1, {})).toMatchObject({ changed: true });
    expect(limitOf(made)).toMatchObject({ limit: 1, configured: 1 });
    expect(await made.control.setLimit('pc1', 1, {})).toMatchObject({
      changed: false,
      message: 'pc1 has a limit of 1 already',
    });
  });

  test.each([
    ['0', 'pc1', 0, 'a limit is at least 1'],
    ['-1', 'pc1', -1, 'a limit is at least 1'],
    ['half', 'pc1', 0.5, 'a limit is at least 1'],
    ['of a stage that is none', 'pc9', 1, 'known are add_pieces, tree_d, pc1'],
  ])('%s is refused and changes nothing', async (_, name, limit, words) => {
    const made = await setup({ threads: 1, config: { limits: { pc1: 1 } } });
    const error = await rejectionOf(made.control.setLimit(name, limit, {}));
    expect(error.code).toBe('invalid_request');
    expect(error.message).toContain(words);
    expect(limitOf(made)).toMatchObject({ limit: 1, configured: 1 });
  });
});

test('staggered starts keep their distance, and who waits says when it starts', async () => {
  const made = await setup({ ...held, config: { staggeredMs: { pc1: 3_600_000 } } });
  const { holders, queue } = await lineOf(made);
  expect([holders.length, queue.length]).toEqual([1, 2]);
  expect(made.control.thread(queue[0] ?? -1).waitingFor).toMatchObject({
    limit: 'pc1',
    place: 1,
    nextAt: expect.any(String),
  });
});
