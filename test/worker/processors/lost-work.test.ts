/** A sector is taken from its thread while a child works on it. */
import { expect, test } from 'vitest';
import { isAlive, until as untilSo } from '../../tools/processes/setup.js';
import { heldChild } from '../../tools/worker/held-child.js';

const giveUp = { reason: 'lost' };

test('work on a sector that the manager aborts is ended: the thread continues, and the child is free for others', async () => {
  const { control, atWork, taskCount, sectors, open, untilRow } = await heldChild({
    sealing: { recoverIntervalMs: 50 },
  });
  const { view, pid } = await atWork();
  await untilSo(() => taskCount() === 1);
  sectors.abort({ miner: 10000, number: view.sector?.number ?? 0 }, giveUp);
  await untilRow(0, (row) => row.event === 'Released');
  expect(isAlive(pid)).toBe(false);
  expect(control.thread(0)).toMatchObject({ sector: null, lastError: null });
  open();
});

test('a process that is at an aborted stage still is not shown as that of the stage at hand', async () => {
  const { control, atWork, taskCount, until } = await heldChild({ threads: 2 });
  const [{ pid }] = await Promise.all([atWork(0), atWork(1)]);
  await untilSo(() => taskCount() === 1);
  expect(await control.pause(0, { how: 'now' })).toMatchObject({
    message: expect.stringContaining('works for #1 as well'),
  });
  await control.resume(0, { state: 'PieceAdded' });
  const view = await until(0, ({ mode, processor }) => mode === 'running' && processor !== null);
  expect(view).toMatchObject({ state: 'PieceAdded', processor: { name: 'tree_d', pid: null } });
  expect(control.thread(1).processor?.pid).toBe(pid);
});
