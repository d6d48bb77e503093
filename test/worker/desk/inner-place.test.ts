/** A process that a stage asks for beside its own has a place of its own: no limit is passed by, whoever asks. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ThreadView } from '#src/protocol/thread.js';
import { doIt, foreign } from '../../tools/worker/foreign.js';
import { heldChild } from '../../tools/worker/held-child.js';
import { freshDir, setup } from '../../tools/worker/setup.js';

/** A c1 whose tasks write down when they begin and end, in a file each; none ends while `hold` is there. */
function watchedC1(more: object = {}) {
  const dir = freshDir();
  const c1 = foreign(
    'c1',
    `const { writeFileSync, existsSync } = await import('node:fs');
     const { setTimeout: wait } = await import('node:timers/promises');
     const file = ${JSON.stringify(dir)} + '/' + process.pid + '-' + id;
     const began = performance.timeOrigin + performance.now();
     writeFileSync(file + '.began', String(began));
     do await wait(20); while (existsSync(${JSON.stringify(join(dir, 'hold'))}));
     ${doIt('c1')}
     writeFileSync(file + '.times', JSON.stringify([began, performance.timeOrigin + performance.now()]));
     give(done);`,
    { concurrent: 8, ...more },
  );
  const times = () =>
    readdirSync(dir)
      .filter((name) => name.endsWith('.times'))
      .map((name) => JSON.parse(readFileSync(join(dir, name), 'utf8')) as [number, number])
      .toSorted(([one], [other]) => one - other);
  const began = () => readdirSync(dir).filter((name) => name.endsWith('.began')).length;
  const hold = () => writeFileSync(join(dir, 'hold'), '');
  const letGo = () => rmSync(join(dir, 'hold'));
  return { c1, hold, letGo, times, began };
}

/** How many were worked at at once, at most. */
function most(times: readonly (readonly [number, number])[]): number {
  const at = (moment: number) => times.filter(([from, to]) => from <= moment && moment < to).length;
  return Math.max(0, ...times.map(([from]) => at(from)));
}

const isDone = (view: ThreadView) => view.mode === 'paused' && view.state === 'C2Done';
const paused = [{ stage: 'submit_proof', level: 'permanent' as const, message: 'far enough', times: 0 }];

describe('a limit of c1 of 1', () => {
  test.each([
    ['check_before_precommit', 'auto', false],
    ['verify_after_pc2', 'off', true],
  ] as const)(
    'with eight threads never two run at once, be they stages or trials: %s',
    async (_, mode, verifyAfterPc2) => {
      const { c1, times } = watchedC1();
      const { until } = await setup({
        threads: 8,
        faults: paused,
        sealing: { verifyAfterPc2 },
        config: { processors: [c1], limits: { c1: 1, pc2: 2 }, checkBeforePreCommit: mode },
      });
      await Promise.all(Array.from({ length: 8 }, (_, index) => until(index, isDone)));
      expect(times()).toHaveLength(16);
      expect(most(times())).toBe(1);
    },
  );
});

describe('a thread that stands in line in the middle of its stage', () => {
  /** Two threads before their pre-commits: one holds c1, the other is in its line. */
  async function inLine() {
    const { c1, hold, letGo, times } = watchedC1();
    hold();
    const made = await setup({
      threads: 2,
      faults: paused,
      config: { processors: [c1], limits: { c1: 1 } },
    });
    const isWaiting = (view: ThreadView) => view.mode === 'waiting' && view.waitingFor?.limit === 'c1';
    const waiting = await Promise.any([0, 1].map((index) => made.until(index, isWaiting)));
    return { ...made, letGo, times, isWaiting, waiting: waiting.index, holder: 1 - waiting.index };
  }

  test('shows for what, and who has it; goes on when it is free, and shows that', async () => {
    const { until, letGo, control, waiting, holder } = await inLine();
    expect(control.thread(waiting)).toMatchObject({
      state: 'PC2Done',
      waitingFor: { limit: 'c1', place: 1, holders: [holder] },
    });
    expect(control.worker().counts).toMatchObject({ waiting: 1 });
    letGo();
    await until(waiting, (view) => view.mode !== 'waiting');
    await until(waiting, isDone);
  });

  test('leaves it when it is paused, and asks again behind the resume', async () => {
    const { until, letGo, control, waiting, isWaiting, times } = await inLine();
    await control.pause(waiting, { how: 'after-stage', by: 'alice' });
    await until(waiting, (view) => view.mode === 'paused');
    const limit = control.worker().limits.find(({ name }) => name === 'c1');
    expect(limit?.queue).toEqual([]);
    await control.resume(waiting, {});
    await until(waiting, isWaiting);
    letGo();
    await Promise.all([0, 1].map((index) => until(index, isDone)));
    expect(most(times())).toBe(1);
  });

  test('has none of its own in hand: pc2 is free for others while a C1 behind it waits', async () => {
    const { c1, hold, letGo, times } = watchedC1();
    hold();
    const made = await setup({
      threads: 3,
      faults: paused,
      sealing: { verifyAfterPc2: true },
      config: { processors: [c1], limits: { c1: 1, pc2: 1 }, checkBeforePreCommit: 'off' },
    });
    const waits = (view: ThreadView) => view.state === 'PC1Done' && view.waitingFor?.limit === 'c1';
    await made.untilWorker(() => [0, 1, 2].filter((index) => waits(made.control.thread(index))).length === 2);
    const holders = (name: string) =>
      made.control.worker().limits.find((each) => each.name === name)?.holders ?? [];
    expect([holders('pc2'), holders('c1').length]).toEqual([[], 1]);
    letGo();
    await Promise.all([0, 1, 2].map((index) => made.until(index, isDone)));
    expect(most(times())).toBe(1);
  });
});

test('a process that a dead thread has left at work counts under the limit', async () => {
  const { control, atWork, die, open, untilRow, until } = await heldChild({
    threads: 2,
    config: (pc1) => ({ processors: [pc1, pc1], limits: { pc1: 1 } }),
  });
  const isIn = (view: ThreadView) => view.state === 'TicketAssigned' && view.processor?.pid;
  const first = await Promise.any([0, 1].map((index) => until(index, (view) => Boolean(isIn(view)))));
  const other = 1 - first.index;
  const { pid } = await atWork(first.index);
  await until(other, (view) => view.waitingFor?.limit === 'pc1');
  await die(first.index);
  expect(control.thread(other)).toMatchObject({
    mode: 'waiting',
    waitingFor: { limit: 'pc1', holders: [first.index] },
  });
  expect((await atWork(first.index)).pid).toBe(pid);
  open();
  await untilRow(first.index, (row) => row.event === 'PC1');
  await untilRow(other, (row) => row.event === 'PC1');
});
