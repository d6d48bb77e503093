/** A command for the worker itself that comes again under its id. */
import { expect, test } from 'vitest';
import { doneOnce } from '#src/protocol/done-once.js';
import { noJobs, setup } from '../tools/worker/setup.js';

test('is answered the same and done once, also when the worker has moved on since', async () => {
  const { control } = await setup({ service: noJobs });
  const first = await control.cordon({ id: 'c1', by: 'alice' });
  expect(first).toMatchObject({ changed: true, life: 'cordoned' });
  await control.uncordon({ id: 'u1' });
  expect(await control.cordon({ id: 'c1', by: 'alice' })).toMatchObject({
    changed: true,
    message: first.message,
    life: 'serving',
  });
  const limited = await control.setLimit('pc1', 2, { id: 'l1' });
  await control.setLimit('pc1', 3, { id: 'l2' });
  const again = await control.setLimit('pc1', 2, { id: 'l1' });
  expect(again.message).toBe(limited.message);
  expect(again.limits.find(({ name }) => name === 'pc1')?.limit).toBe(3);
});

test('is another command where the verb is another, what it is about, or the id', async () => {
  const { control } = await setup({ service: noJobs });
  expect((await control.cordon({ id: 'same' })).changed).toBe(true);
  expect((await control.uncordon({ id: 'same' })).changed).toBe(true);
  expect((await control.setLimit('pc1', 2, { id: 'same' })).changed).toBe(true);
  expect((await control.setLimit('pc2', 2, { id: 'same' })).changed).toBe(true);
  expect((await control.setLimit('pc2', 2, { id: 'same' })).changed).toBe(true);
  expect((await control.cordon({})).changed).toBe(true);
  expect((await control.cordon({})).changed).toBe(false);
});

test('is tried again when it failed, and forgotten behind so many others', async () => {
  const once = doneOnce(2);
  let done = 0;
  await expect(once('a', ['x'], () => Promise.reject(new Error('not now')))).rejects.toThrow('not now');
  const act = async () => ++done;
  expect(await once('a', ['x'], act)).toBe(1);
  expect(await once('a', ['x'], act)).toBe(1);
  await once('b', ['x'], act);
  await once('c', ['x'], act);
  expect(await once('a', ['x'], act)).toBe(4);
});

test('a pause and a resume under one id are two commands of a thread, each done once', async () => {
  const { control } = await setup({ service: noJobs });
  expect(await control.pause(0, { id: 'same' })).toMatchObject({ changed: true, mode: 'paused' });
  const resumed = await control.resume(0, { id: 'same' });
  expect(resumed.changed).toBe(true);
  await control.pause(0, {});
  expect(await control.resume(0, { id: 'same' })).toMatchObject({
    changed: true,
    message: resumed.message,
    mode: 'paused',
  });
});
