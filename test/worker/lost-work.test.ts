/** A sector is taken from its thread while a child works on it. */
import { expect, test } from 'vitest';
import { isAlive, until as untilSo } from '../processes/setup.js';
import { heldChild } from './held-child.js';

const giveUp = { reason: 'lost' };

test('work on a sector that the manager gives up is ended: the thread goes on, and the child is free for others', async () => {
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
