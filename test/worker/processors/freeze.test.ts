/** A stage frozen where it stands, in a real child process. */
import { expect, test } from 'vitest';
import { isAlive, until as untilSo } from '../../tools/processes/setup.js';
import { heldChild } from '../../tools/worker/held-child.js';
import { isIn, rejectionOf } from '../../tools/worker/setup.js';

test('a freeze stops the process of the stage; the resume continues the same one, and nothing is started over', async () => {
  const { control, until, atWork, stateOf, taskCount, open, rowsOf, untilRow } = await heldChild();
  const { pid } = await atWork();
  await untilSo(() => taskCount() === 1);
  expect(await control.pause(0, { how: 'freeze', by: 'alice' })).toMatchObject({
    changed: true,
    mode: 'paused',
    state: 'TicketAssigned',
    processor: { name: 'pc1', pid },
    message: 'thread #0 is paused at TicketAssigned: PC1 is frozen where it stands',
  });
  await untilSo(() => stateOf(pid) === 'T');
  open();
  expect(await control.pause(0, { how: 'freeze', by: 'bob' })).toMatchObject({
    changed: false,
    message: 'thread #0 was paused already by alice, at TicketAssigned',
  });
  expect(stateOf(pid)).toBe('T');
  expect(await control.resume(0, {})).toMatchObject({ changed: true, mode: 'running', processor: { pid } });
  await untilRow(0, (row) => row.event === 'PC1');
  expect([taskCount(), isAlive(pid)]).toEqual([1, true]);
  expect(
    rowsOf(0)
      .filter((row) => row.kind === 'command')
      .map((row) => row.command),
  ).toEqual(['pause freeze', 'resume']);
  await until(0, isIn('Empty', 'resting'));
});

test('a freeze of a process that works for another thread too is refused, and stops nobody', async () => {
  const { control, atWork, stateOf, open, untilRow } = await heldChild({ threads: 2 });
  const [{ pid }] = await Promise.all([atWork(0), atWork(1)]);
  const error = await rejectionOf(control.pause(0, { how: 'freeze' }));
  expect(error).toMatchObject({ code: 'freeze_refused' });
  expect(error.message).toContain('the process of its PC1 works for #1 as well');
  expect(control.thread(0)).toMatchObject({ mode: 'running', intent: null });
  expect(stateOf(pid)).not.toBe('T');
  open();
  await Promise.all([0, 1].map((index) => untilRow(index, (row) => row.event === 'PC1')));
});

test('a freeze while a pause is pending freezes at once', async () => {
  const { control, atWork, stateOf } = await heldChild();
  const { pid } = await atWork();
  await control.pause(0, { by: 'alice' });
  expect(await control.pause(0, { how: 'freeze', by: 'bob' })).toMatchObject({
    changed: true,
    mode: 'paused',
  });
  await untilSo(() => stateOf(pid) === 'T');
});

test('a freeze that comes again under its id after the resume does not stop the process again', async () => {
  const { control, atWork, stateOf, open, untilRow } = await heldChild();
  const { pid } = await atWork();
  await control.pause(0, { how: 'freeze', id: 'one' });
  await control.resume(0, { id: 'two' });
  expect(await control.pause(0, { how: 'freeze', id: 'one' })).toMatchObject({
    changed: true,
    mode: 'running',
  });
  await untilSo(() => stateOf(pid) !== 'T');
  await control.pause(0, { how: 'freeze', id: 'three' });
  // The answer to the first resume was lost: it says nothing of the freeze that came after it.
  expect(await control.resume(0, { id: 'two' })).toMatchObject({ changed: true, mode: 'paused' });
  await untilSo(() => stateOf(pid) === 'T');
  await control.resume(0, {});
  open();
  await untilRow(0, (row) => row.event === 'PC1');
});

test('a resume of a frozen stage to its own state starts it over, in a new process', async () => {
  const { control, atWork, taskCount, open, untilRow } = await heldChild({
    sealing: { recoverIntervalMs: 50 },
  });
  const { pid } = await atWork();
  await untilSo(() => taskCount() === 1);
  await control.pause(0, { how: 'freeze' });
  expect(await control.resume(0, { state: 'TicketAssigned' })).toMatchObject({ changed: true });
  open();
  await untilRow(0, (row) => row.event === 'PC1');
  expect([taskCount(), isAlive(pid)]).toEqual([2, false]);
});

test('a frozen sector that the manager aborts releases its process: the others can use the stage again', async () => {
  const { control, until, atWork, sectors, open, untilRow, stateOf } = await heldChild({
    threads: 2,
    config: { limits: { pc1: 1 } },
    sealing: { recoverIntervalMs: 50 },
  });
  const first = await Promise.race([atWork(0), atWork(1)]);
  const { index, sector } = first.view;
  await control.pause(index, { how: 'freeze' });
  await untilSo(() => stateOf(first.pid) === 'T');
  sectors.abort({ miner: 10000, number: sector?.number ?? 0 }, { reason: 'lost' });
  open();
  await until(index, (view) => view.state === 'Aborted' && view.mode === 'paused');
  await untilRow(1 - index, (row) => row.event === 'PC1');
});

test('now, with a process that works for this thread alone, ends the process: what it used is free', async () => {
  const { control, atWork, taskCount, open, untilRow, warnings } = await heldChild();
  const { pid } = await atWork();
  await untilSo(() => taskCount() === 1);
  expect(await control.pause(0, { how: 'now' })).toMatchObject({ changed: true, mode: 'paused' });
  await untilSo(() => !isAlive(pid));
  open();
  expect(await control.resume(0, {})).toMatchObject({ changed: true });
  await untilRow(0, (row) => row.event === 'PC1');
  expect(taskCount()).toBe(2);
  expect(control.thread(0).lastError).toBe(null);
  expect(warnings).toEqual([]);
});
