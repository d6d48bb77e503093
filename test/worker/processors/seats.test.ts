/** Children and their locks, given at the desk: who has to wait for one waits in line, and sees for what. */
import { describe, expect, test } from 'vitest';
import { systemClock } from '#src/actors/system-clock.js';
import { WorkerDesk } from '#src/worker/desk/desk.js';
import type { ProcessorCommand } from '#src/worker/processors/command.js';
import { obedientFile } from '../../tools/processes/setup.js';
import { viewOf } from '../../tools/protocol/views.js';
import { heldChild } from '../../tools/worker/held-child.js';
import { command, startProcessors } from '../../tools/worker/processors-setup.js';
import { isIn } from '../../tools/worker/setup.js';

/** A desk over real children, without threads. */
async function deskOver(processors: readonly ProcessorCommand[], locks: Record<string, number> = {}) {
  const door: { desk?: WorkerDesk } = {};
  const made = await startProcessors(
    processors,
    undefined,
    { locks },
    {
      look: () => door.desk?.look(),
      isAtTheDoor: (index) => (door.desk?.doorOf(index) ?? null) !== null,
    },
  );
  const { desk: seats } = made;
  const desk = new WorkerDesk(
    {
      ...{ clock: systemClock, wall: Date.now, onChange: () => undefined, onBreaker: () => undefined },
      ...{
        blockedBy: (...ask) => seats.blockedBy(...ask),
        onTaken: (...ask) => seats.take(...ask),
        onFree: (...ask) => seats.free(...ask),
      },
    },
    { limits: {}, configured: {}, staggeredMs: {}, breaker: { after: 3, probeMs: 1000 } },
  );
  door.desk = desk;
  let ids = 0;
  const held = new Map<number, number>();
  return {
    ...made,
    line: desk,
    /** Whether the thread may go on now. */
    come: (index: number, stage: string) => {
      const id = ++ids;
      held.set(index, id);
      seats.arrive(index, stage);
      return desk.ask(index, id, stage, false).granted;
    },
    leave: (index: number) => desk.leave(index, held.get(index) ?? 0, { kind: 'done' }),
    /** Resolves when the thread may go on. */
    granted: (index: number) => desk.granted(index, held.get(index) ?? 0),
    waitsFor: (index: number) => desk.waitingFor(index),
  };
}
const one = (stage: string, more: Partial<ProcessorCommand> = {}) => ({
  ...command(obedientFile(stage), stage),
  ...more,
});

describe('a child that may have one task', () => {
  test('has one user: the next is queued, sees which thread has it, and continues when it is free', async () => {
    const { come, leave, granted, waitsFor } = await deskOver([one('pc1', { concurrent: 1 })]);
    expect([come(0, 'pc1'), come(1, 'pc1'), come(2, 'pc1')]).toEqual([true, false, false]);
    expect(waitsFor(1)).toEqual({ limit: 'processor pc1', place: 1, holders: [0] });
    expect(waitsFor(2)).toEqual({ limit: 'processor pc1', place: 2, holders: [0] });
    leave(0);
    await granted(1);
    expect(waitsFor(2)).toEqual({ limit: 'processor pc1', place: 1, holders: [1] });
  });

  test('of several is found: nobody waits while one has room', async () => {
    const { come, waitsFor } = await deskOver([one('pc1', { concurrent: 1 }), one('pc1', { concurrent: 2 })]);
    expect([0, 1, 2, 3].map((index) => come(index, 'pc1'))).toEqual([true, true, true, false]);
    expect(waitsFor(3)).toMatchObject({ limit: 'processor pc1', holders: expect.arrayContaining([0, 1, 2]) });
  });

  test('stays taken by what a dead thread left in it, and its next incarnation goes in at once', async () => {
    const { come, line, desk, ask, pidOf, waitsFor } = await deskOver([one('work', { concurrent: 1 })]);
    come(0, 'work');
    const old = ask(0, { hold: 'a', echo: 1 }).catch(() => undefined);
    const pid = await pidOf(0);
    desk.leave(0, viewOf());
    line.drop(0);
    await old;
    expect(come(1, 'work')).toBe(false);
    expect(waitsFor(1)).toMatchObject({ holders: [0] });
    expect(come(0, 'work')).toBe(true);
    process.kill(pid, 'SIGKILL');
  });
});

describe('locks', () => {
  const gpu = { locks: ['gpu'] };

  test('are shared by the stages: first come first served, whichever stage it is for', async () => {
    const { come, leave, granted, waitsFor, line } = await deskOver([one('pc2', gpu), one('c2', gpu)], {
      gpu: 1,
    });
    // The line of c2 is older than that of pc2.
    expect(come(9, 'c2')).toBe(true);
    leave(9);
    expect(come(0, 'c2')).toBe(true);
    expect([come(1, 'pc2'), come(2, 'c2'), come(3, 'pc2')]).toEqual([false, false, false]);
    expect(waitsFor(1)).toEqual({ limit: 'lock gpu', place: 1, holders: [0] });
    const order: number[] = [];
    const went = [1, 2, 3].map((index) =>
      granted(index).then(() => {
        order.push(index);
        leave(index);
      }),
    );
    leave(0);
    await Promise.all(went);
    expect(order).toEqual([1, 2, 3]);
    expect(line.waitingFor(3)).toBe(null);
  });

  test('of a child are taken all at once: two who need both, in either order, both come to their end', async () => {
    const { come, leave, granted, waitsFor } = await deskOver(
      [one('pc2', { locks: ['a', 'b'] }), one('c2', { locks: ['b', 'a'] }), one('pc1', { locks: ['a'] })],
      { a: 1, b: 1 },
    );
    expect([come(0, 'pc1'), come(1, 'pc2'), come(2, 'c2')]).toEqual([true, false, false]);
    // b is free, and is not held by who has to wait for a.
    expect(waitsFor(2)).toMatchObject({ limit: expect.stringMatching(/^lock [ab]$/) });
    leave(0);
    await granted(1);
    leave(1);
    await granted(2);
  });

  test('that an earlier one waits for are not taken from it by those who need less', async () => {
    const { come, leave, granted } = await deskOver(
      [one('pc2', { locks: ['a', 'b'] }), one('c2', { locks: ['b'] }), one('pc1', { locks: ['a'] })],
      { a: 1, b: 1 },
    );
    expect([come(0, 'pc1'), come(1, 'pc2'), come(2, 'c2')]).toEqual([true, false, false]);
    leave(0);
    await granted(1);
    leave(1);
    await granted(2);
  });

  test('of which there are two are had twice', async () => {
    const { come, waitsFor } = await deskOver([one('pc2', gpu)], { gpu: 2 });
    expect([0, 1, 2].map((index) => come(index, 'pc2'))).toEqual([true, true, false]);
    expect(waitsFor(2)).toEqual({ limit: 'lock gpu', place: 1, holders: [0, 1] });
  });
});

test('a thread that waits for a child is shown as waiting, and continues when the other is done', async () => {
  const { atWork, until, open, untilRow, control } = await heldChild({
    threads: 2,
    config: (pc1) => ({ processors: [{ ...pc1, concurrent: 1 }] }),
  });
  const { view } = await Promise.race([atWork(0), atWork(1)]);
  const other = 1 - view.index;
  expect(await until(other, isIn('TicketAssigned', 'waiting'))).toMatchObject({
    processor: null,
    waitingFor: { limit: 'processor pc1', place: 1, holders: [view.index] },
  });
  await control.pause(view.index, { how: 'freeze' });
  await until(other, ({ waitingFor }) => waitingFor?.reason === 'frozen where it stands');
  open();
  await control.resume(view.index, {});
  await Promise.all([0, 1].map((index) => untilRow(index, (row) => row.event === 'PC1')));
});

test('the death of a child costs those that only waited for it nothing: they keep waiting until it is restarted', async () => {
  const { control, until, atWork, untilRow, rowsOf, open } = await heldChild({
    threads: 4,
    config: (pc1) => ({ processors: [{ ...pc1, concurrent: 1 }], breaker: { after: 2, probeMs: 300_000 } }),
    sealing: { recoverIntervalMs: 50 },
  });
  const indexes = [0, 1, 2, 3];
  const { view, pid } = await Promise.race(indexes.map((index) => atWork(index)));
  const others = indexes.filter((index) => index !== view.index);
  for (const index of others) await until(index, isIn('TicketAssigned', 'waiting'));
  process.kill(pid, 'SIGKILL');
  await untilRow(view.index, (row) => row.kind === 'try');
  open();
  for (const index of indexes) await untilRow(index, (row) => row.event === 'PC1');
  const tries = others.flatMap((index) => rowsOf(index).filter(({ level }) => level !== null));
  expect(tries).toEqual([]);
  expect(control.worker().breakers).toEqual([]);
});
