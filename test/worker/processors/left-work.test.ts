/** What a process does for a thread outlives that thread: the next incarnation takes it up, or it is ended. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isAlive, stateOf, until as untilSo } from '../../tools/processes/setup.js';
import { viewOf } from '../../tools/protocol/views.js';
import { heldChild } from '../../tools/worker/held-child.js';
import { command, startProcessors, taskOf } from '../../tools/worker/processors-setup.js';
import { isIn } from '../../tools/worker/setup.js';

const here = viewOf({ state: 'TicketAssigned', mode: 'running' });

describe('a frozen process whose thread dies', () => {
  test('stays frozen, is shown, and continues at the resume: the stage is given the answer to the old request', async () => {
    const { control, atWork, die, open, taskCount, untilRow, warnings } = await heldChild();
    const { pid } = await atWork();
    await untilSo(() => taskCount() === 1);
    await control.pause(0, { how: 'freeze', by: 'alice' });
    await untilSo(() => stateOf(pid) === 'T');
    expect(await die()).toMatchObject({
      mode: 'paused',
      intent: { how: 'freeze', by: 'alice' },
      processor: { name: 'pc1', pid, frozenBytes: expect.any(Number) },
    });
    expect(stateOf(pid)).toBe('T');
    expect(control.worker().frozen).toEqual([{ index: 0, name: 'pc1', pid, bytes: expect.any(Number) }]);
    open();
    await control.resume(0, {});
    await untilRow(0, (row) => row.event === 'PC1');
    expect([taskCount(), isAlive(pid), control.worker().frozen]).toEqual([1, true, undefined]);
    expect(warnings).toEqual([expect.stringMatching(/^thread #0 ended/)]);
  });

  test.each([
    ['a resume to another state', { state: 'PieceAdded' }],
    ['a resume to its own state by name', { state: 'TicketAssigned' }],
    ['Aborted', { state: 'Aborted' }],
  ])('is ended by %s', async (_, request) => {
    const { control, atWork, die } = await heldChild();
    const { pid } = await atWork();
    await control.pause(0, { how: 'freeze' });
    await die();
    await control.resume(0, request);
    await untilSo(() => !isAlive(pid));
  });

  test('is ended by a pause with --now, which says so; the pause stays, and the stage starts over', async () => {
    const { control, atWork, die, open, taskCount, untilRow } = await heldChild();
    const { pid } = await atWork();
    await untilSo(() => taskCount() === 1);
    await control.pause(0, { how: 'freeze', by: 'alice' });
    await die();
    expect(await control.pause(0, { how: 'now', by: 'bob' })).toMatchObject({
      changed: true,
      mode: 'paused',
      intent: { by: 'alice' },
      processor: null,
      message: expect.stringContaining('the process of its PC1 is ended, and the stage starts over'),
    });
    await untilSo(() => !isAlive(pid));
    open();
    await control.resume(0, {});
    await untilRow(0, (row) => row.event === 'PC1');
    expect(taskCount()).toBe(2);
  });
});

describe('a frozen process that dies', () => {
  test.each([
    ['while its thread lives', false],
    ['when its thread has died', true],
  ])('%s: the pause stays, the operator is told, the resume starts the stage over', async (_, isLeft) => {
    const { control, atWork, die, open, taskCount, until, untilRow, warnings } = await heldChild({
      sealing: { recoverIntervalMs: 50, maxRetries: 1000 },
    });
    const { pid } = await atWork();
    await untilSo(() => taskCount() === 1);
    await control.pause(0, { how: 'freeze' });
    if (isLeft) await die();
    process.kill(pid, 'SIGKILL');
    await until(0, (view) => view.mode === 'paused' && view.processor === null);
    await untilSo(() => warnings.some((line) => line.includes('processor pc1 was killed by SIGKILL')));
    if (isLeft)
      expect(warnings).toContainEqual(
        'the pc1 process that was frozen for thread #0 is gone (child process exited: pc1): the stage starts over',
      );
    expect(control.thread(0)).toMatchObject({ mode: 'paused', intent: { how: 'freeze' } });
    open();
    await control.resume(0, {});
    await untilRow(0, (row) => row.event === 'PC1');
    expect(taskCount()).toBe(2);
  });
});

test('a process at work whose thread dies works on, and the next incarnation gets its answer', async () => {
  const { atWork, die, locationOf, open, taskCount, untilRow } = await heldChild();
  const { pid, view } = await atWork();
  await untilSo(() => taskCount() === 1);
  // The ground is made before a task is sent: under one that is worked at it would be pulled away.
  const written = join(locationOf(0), 'sectors', view.sector?.id ?? '', 'cache', 'half-written');
  writeFileSync(written, '');
  expect(await die()).toMatchObject({ state: 'TicketAssigned', processor: { name: 'pc1', pid } });
  expect(isAlive(pid)).toBe(true);
  open();
  await untilRow(0, (row) => row.event === 'PC1');
  expect([taskCount(), isAlive(pid), existsSync(written)]).toEqual([1, true, true]);
});

test('a pause that waits for the stage holds a thread that dies; what its process did is there at the resume', async () => {
  const { control, atWork, die, open, taskCount, until, untilRow } = await heldChild();
  await atWork();
  await untilSo(() => taskCount() === 1);
  await control.pause(0, {});
  expect(await die()).toMatchObject({ state: 'TicketAssigned', mode: 'paused' });
  open();
  await until(0, (view) => view.processor === null);
  expect(isIn('TicketAssigned', 'paused')(control.thread(0))).toBe(true);
  await control.resume(0, {});
  await untilRow(0, (row) => row.event === 'PC1');
  expect(taskCount()).toBe(1);
});

describe('of what a dead thread left', () => {
  test('the very same task is taken up, and its answer is the old one', async () => {
    const { ask, desk, pidOf } = await startProcessors();
    const old = ask(0, { hold: 'a', echo: 'old' });
    await pidOf(0);
    desk.leave(0, here);
    await expect(old).rejects.toMatchObject({ code: 'thread_gone' });
    const next = ask(0, { hold: 'a', echo: 'old' });
    await ask(1, { release: 'a' });
    expect(await next).toBe('old');
  });

  test('an answer that came meanwhile is kept until it is asked for, once', async () => {
    const { ask, desk, pidOf } = await startProcessors();
    const old = ask(0, { hold: 'a', echo: 'kept' }).catch(() => undefined);
    await pidOf(0);
    desk.leave(0, here);
    await old;
    await ask(1, { release: 'a' });
    await expect.poll(() => desk.workOf(0)).toBe(null);
    expect(await ask(0, { hold: 'a', echo: 'kept' })).toBe('kept');
    const again = ask(0, { hold: 'a', echo: 'kept' });
    await pidOf(0);
    await ask(1, { release: 'a' });
    expect(await again).toBe('kept');
  });

  test('another task ends the process that worked for it alone', async () => {
    const { ask, desk, pidOf, warnings } = await startProcessors();
    const old = ask(0, { hold: 'a' }).catch(() => undefined);
    const pid = await pidOf(0);
    desk.leave(0, here);
    await old;
    expect(await ask(0, { echo: 'new' })).toBe('new');
    expect(isAlive(pid)).toBe(false);
    expect(warnings).toEqual([]);
  });

  test('another task waits for a shared process, and what was left is dropped', async () => {
    const { ask, desk, pidOf } = await startProcessors();
    const order: string[] = [];
    const old = ask(0, { hold: 'a' }).catch(() => undefined);
    const other = ask(1, { hold: 'b' }).then(() => order.push('other thread'));
    const pid = await pidOf(0);
    await pidOf(1);
    desk.leave(0, here);
    await old;
    const next = ask(0, { echo: 'new' }).then((answer) => order.push(String(answer)));
    await ask(2, { release: 'a' });
    await next;
    await ask(2, { release: 'b' });
    await other;
    expect(order).toEqual(['new', 'other thread']);
    expect(isAlive(pid)).toBe(true);
  });

  test('work for a state that the thread is no longer in is ended', async () => {
    const { ask, desk, pidOf } = await startProcessors();
    const old = ask(0, { hold: 'a' }).catch(() => undefined);
    const pid = await pidOf(0);
    desk.leave(0, here);
    await old;
    desk.shown({ ...here, mode: 'paused' });
    expect(isAlive(pid)).toBe(true);
    desk.shown({ ...here, state: 'PieceAdded' });
    await untilSo(() => !isAlive(pid));
  });

  test('a task that had no child yet is not started', async () => {
    const { ask, desk, pidOf } = await startProcessors([{ ...command(), concurrent: 1 }]);
    const held = ask(0, { hold: 'a' });
    await pidOf(0);
    const waiting = desk.request(1, 'work', taskOf({ hold: 'never' }), 'never');
    const refused = expect(waiting).rejects.toMatchObject({ code: 'thread_gone' });
    desk.leave(1, { ...here, index: 1 });
    await refused;
    const freeing = ask(0, { release: 'a' }).catch(() => undefined);
    expect(desk.workOf(1)).toBe(null);
    process.kill(await pidOf(0), 'SIGKILL');
    await Promise.allSettled([held, freeing]);
  });
});
