import { expect, test } from 'vitest';
import { setup, summary } from './setup.js';

const w1 = { name: 'w1', dest: '127.0.0.1:17890', version: '0.1.0', summary };

test('a worker that reports is listed with the time of its last report', async () => {
  const { manager, clock } = await setup();
  manager.roster.ping(w1);
  clock.pass(30_000);
  manager.roster.ping({ ...w1, dest: '10.0.0.2:17890', version: null, life: 'cordoned' });
  expect(manager.roster.list()).toEqual([
    { ...w1, dest: '10.0.0.2:17890', version: null, life: 'cordoned', lastPing: '2026-11-22T10:00:30.000Z' },
  ]);
});

test('workers are listed by name, and come back after a restart', async () => {
  const { manager, restart } = await setup();
  for (const name of ['w2', 'w1', 'W3']) manager.roster.ping({ ...w1, name });
  const names = (roster: typeof manager.roster) => roster.list().map((entry) => entry.name);
  expect(names(manager.roster)).toEqual(['W3', 'w1', 'w2']);
  expect(names((await restart()).roster)).toEqual(['W3', 'w1', 'w2']);
});

test('a worker that is removed is forgotten until it reports again', async () => {
  const { manager } = await setup();
  manager.roster.ping(w1);
  manager.roster.remove('w1');
  expect(manager.roster.list()).toEqual([]);
  manager.roster.ping(w1);
  expect(manager.roster.get('w1')).toMatchObject(w1);
});

test('an unknown name is refused, naming the known ones', async () => {
  const { manager } = await setup();
  expect(() => manager.roster.get('w9')).toThrow(
    expect.objectContaining({ code: 'worker_not_found', message: 'no worker w9: none has reported yet' }),
  );
  for (const name of ['w1', 'w2']) manager.roster.ping({ ...w1, name });
  const refusal = expect.objectContaining({
    code: 'worker_not_found',
    message: 'no worker w9: known are w1, w2',
  });
  expect(() => manager.roster.get('w9')).toThrow(refusal);
  expect(() => manager.roster.remove('w9')).toThrow(refusal);
});
