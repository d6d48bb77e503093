/**
 * The worker dies, and one more thing of its world is wrong when it is back: nothing is done for it or below it, and once that is
 * right again the sector is where it was.
 */
import { readdirSync } from 'node:fs';
import { expect } from 'vitest';
import type { ThreadView } from '../../../src/protocol/thread.js';
import type { BindDisk } from '../e2e/bind-disk.js';
import type { Missing } from './matrix.js';
import { soon, type World } from './world.js';

/** `gate` is where the thread waits when its stage is done. */
export async function comeBackWithout(world: World, missing: Missing, state: string, gate: string) {
  const { disks } = world;
  if (missing === 'home') return withoutHome(world, state);
  if (!disks) throw new Error('this world has no disks of its own');
  if (missing === 'location') await withoutLocation(world, disks.location);
  else await withoutStore(world, disks.store, gate);
  // A stage that waited for the disk is at its gate again, its last error still shown.
  const isBack = ({ mode, lastError }: ThreadView) =>
    mode !== 'failed' && mode !== 'paused' && (lastError === null || world.gates.isReached(gate));
  const look = async () => {
    const view = await world.thread();
    // What a stage missed on the disk has paused it: a person resumes it when the disk is back.
    if (view.mode === 'paused') await world.post('/threads/0/resume', { by: 'alice' });
    return isBack(view);
  };
  await expect.poll(look, soon).toBe(true);
  expect((await world.thread()).state).toBe(state);
}

/** The manager is there, but with the home of none: it is asked nothing and told nothing. */
async function withoutHome(world: World, state: string): Promise<void> {
  await world.killWorker(() => world.moveManager('empty'));
  await world.worker().line(/another manager answers: /);
  expect(await world.sectors()).toEqual([]);
  expect((await world.thread()).state).toBe(state);
  await world.moveManager('own');
  await world.worker().line(/manager \S+ answers again/);
  expect((await world.thread()).state).toBe(state);
}

const isAnotherDisk = 'is not the disk';

async function withoutLocation(world: World, { at, mount, unmount }: BindDisk): Promise<void> {
  await world.killWorker(unmount);
  const failed = { mode: 'failed', lastError: { message: expect.stringContaining(isAnotherDisk) } };
  await expect.poll(() => world.thread(), soon).toMatchObject(failed);
  expect(readdirSync(at)).toEqual([]);
  mount();
}

/** A stage that needs nothing of the store is done without it. */
async function withoutStore(world: World, { at, mount, unmount }: BindDisk, gate: string): Promise<void> {
  await world.killWorker(unmount);
  const isHeld = async () => {
    const { mode, lastError } = await world.thread();
    return world.gates.isReached(gate) || mode === 'waiting' || lastError !== null;
  };
  await expect.poll(isHeld, soon).toBe(true);
  expect(readdirSync(at)).toEqual([]);
  mount();
}
