import { expect, test } from 'vitest';
import { serviceChild } from '#src/actors/index.js';
import { setup } from '../tools/manager/setup.js';

test('a manager is a tree: store, roster, relay, sectors, and its doors behind them', async () => {
  const { manager } = await setup({
    doors: () => [{ id: 'http', start: serviceChild(() => ({ stop: () => undefined })) }],
  });
  expect(manager.tree()).toMatchObject({ id: 'manager', strategy: 'rest_for_one', pid: process.pid });
  expect(manager.tree().children.map(({ id, status }) => [id, status])).toEqual([
    ['store', 'running'],
    ['roster', 'running'],
    ['relay', 'running'],
    ['sectors', 'running'],
    ['http', 'running'],
  ]);
});

test('a door that breaks is started again alone; the services are the same', async () => {
  let broke: (error: unknown) => void = () => undefined;
  let starts = 0;
  const start = serviceChild((fail) => {
    starts += 1;
    broke = fail;
    return { stop: () => undefined };
  });
  const { manager } = await setup({ doors: () => [{ id: 'http', start }] });
  const { sectors } = manager;
  broke(new Error('port lost'));
  await expect.poll(() => starts).toBe(2);
  expect(manager.sectors).toBe(sectors);
  expect(manager.tree().children.map(({ incarnation }) => incarnation)).toEqual([1, 1, 1, 1, 2]);
});

test('a start that is refused leaves nothing open: the home is free for the next', async () => {
  const refused = serviceChild(() => {
    throw new Error('port taken');
  });
  const { home, manager } = await setup();
  await manager.stop();
  await expect(setup({ home, doors: () => [{ id: 'http', start: refused }] })).rejects.toThrow('port taken');
  const again = await setup({ home });
  expect(again.manager.sectors.lives()).toEqual([]);
});

test('stop is safe twice and told to who waits for the end', async () => {
  const { manager } = await setup();
  await Promise.all([manager.stop(), manager.stop()]);
  await manager.ended;
  expect(manager.tree().children).toEqual([]);
});
