/** Threads that stand still, by a word, an error or a line, when they or their worker die: they stand as before. */
import { afterAll, describe, expect, test } from 'vitest';
import type { ThreadView } from '../../src/protocol/thread.js';
import { gateOf, sealing } from '../tools/crash/courses.js';
import { expectUndisturbed } from '../tools/crash/reference.js';
import { isMore, sampled, sampleText } from '../tools/crash/sample.js';
import {
  children,
  kill,
  soon,
  startWorld,
  untilGone,
  type World,
  type WorldOptions,
} from '../tools/crash/world.js';

const id = 's-t010000-1';
const pc1 = gateOf(sealing, 'TicketAssigned');

interface Start extends WorldOptions {
  readonly closed?: string;
}

async function setup({ closed, ...options }: Start = {}): Promise<World> {
  const world = await startWorld(options);
  if (closed !== undefined) world.gates.close(closed);
  await world.killWorker();
  return world;
}

const untilThread = (world: World, facts: object) =>
  expect.poll(() => world.thread(), soon).toMatchObject(facts);
const pause = (world: World, how: string) =>
  world.post('/threads/0/pause', { how, by: 'alice', reason: 'swap disk' });
const resume = (world: World) => world.post('/threads/0/resume', { by: 'alice' });
const intent = (how: string) => ({ kind: 'pause', how, by: 'alice', reason: 'swap disk' });

/** All that must not change; a thread's own restart is one more row. */
const standing = ({ incarnation: _, revision: __, ...view }: ThreadView) => view;

/** Dies, and shows the same again. */
async function expectToStand(world: World, victim: 'worker' | 'thread'): Promise<void> {
  const before = standing(await world.thread());
  await kill(world, victim);
  expect(standing(await world.thread())).toEqual(before);
}

async function expectHome(world: World): Promise<void> {
  await world.worker().line(new RegExp(`${id} Finished -> Empty`));
  await expectUndisturbed(world, id);
}

// A made-up failure is counted by a thread's life: the next one meets it again.
const failing = (level: string) =>
  `[[sealvisor.faults]]\nstage = "pc2"\nlevel = "${level}"\nmessage = "made up"\ntimes = 1`;

describe.each(isMore ? (['worker', 'thread'] as const) : (['worker'] as const))('the %s dies', (victim) => {
  test('while its stage retries: the same error, the same try, the same hour of the next', async () => {
    const retry = '[sealvisor.retry.pc2]\ntries = 3\nfirst = "1h"';
    const world = await setup({ more: `${failing('temporary')}\n${retry}` });
    await untilThread(world, { mode: 'retrying', state: 'PC1Done', tries: { n: 1, of: 3 } });
    await expectToStand(world, victim);
    for (const _ of ['meets it again', 'goes on']) {
      await untilThread(world, { mode: 'retrying' });
      await pause(world, 'now');
      await resume(world);
    }
    await expectHome(world);
  });
});

afterAll(() => console.log(sampleText()));

describe.runIf(isMore).each(['worker', 'thread'] as const)('the %s dies', (victim) => {
  sampled(
    victim,
    'while pausing: it is paused, by whom and why, and the stage starts over at resume',
    async () => {
      const world = await setup({ closed: pc1 });
      await world.gates.reached(pc1);
      await pause(world, 'after-stage');
      expect(await world.thread()).toMatchObject({ mode: 'pausing', intent: intent('after-stage') });
      await kill(world, victim);
      const held = {
        mode: 'paused',
        state: 'TicketAssigned',
        intent: intent('after-stage'),
        lastError: null,
      };
      await untilThread(world, held);
      world.gates.open(pc1);
      await resume(world);
      await expectHome(world);
    },
  );

  sampled(victim, 'while paused: the same', async () => {
    const world = await setup({ closed: pc1 });
    await world.gates.reached(pc1);
    await pause(world, 'now');
    expect(await world.thread()).toMatchObject({ mode: 'paused', intent: intent('now') });
    await expectToStand(world, victim);
    world.gates.open(pc1);
    await resume(world);
    await expectHome(world);
  });

  sampled(victim, 'while an error has paused it: the same error', async () => {
    const world = await setup({ more: failing('permanent') });
    const failed = {
      mode: 'paused',
      state: 'PC1Done',
      lastError: { level: 'permanent', message: 'made up' },
    };
    await untilThread(world, failed);
    await expectToStand(world, victim);
    await resume(world);
    await untilThread(world, failed);
    await resume(world);
    await expectHome(world);
  });

  sampled(
    victim,
    'while its stage is frozen: paused as asked for, nothing of the child is left, PC1 starts over',
    async () => {
      const gate = `file-${sealing.fileOf.TicketAssigned}`;
      const world = await setup({ closed: gate, more: children });
      const child = await world.gates.reached(gate);
      expect(await pause(world, 'freeze')).toMatchObject({ changed: true });
      expect(await world.thread()).toMatchObject({ mode: 'paused', processor: { name: 'pc1', pid: child } });
      await kill(world, victim);
      await untilThread(world, { mode: 'paused', state: 'TicketAssigned', intent: intent('freeze') });
      if (victim === 'worker') await untilGone(child);
      world.gates.open(gate);
      expect(await resume(world)).toMatchObject({ changed: true });
      await expectHome(world);
    },
  );

  sampled(victim, 'while it rests behind a sector: until the same hour', async () => {
    const world = await setup({ sealInterval: '1h' });
    await untilThread(world, { mode: 'resting' });
    await expectToStand(world, victim);
  });

  sampled(victim, 'while a cordon keeps it from the next sector: it waits with the same reason', async () => {
    const world = await setup({ closed: pc1 });
    await world.gates.reached(pc1);
    expect(await world.post('/worker/cordon', { by: 'alice', reason: 'move' })).toMatchObject({
      changed: true,
    });
    world.gates.open(pc1);
    await expectHome(world);
    await untilThread(world, {
      mode: 'waiting',
      waitingFor: { limit: 'cordon', reason: 'cordoned by alice: move' },
    });
    const { since: _, ...before } = standing(await world.thread());
    await kill(world, victim);
    await untilThread(world, before);
  });

  sampled(
    victim,
    'while one of two stands in line for PC1: one holds, one waits, and both come home',
    async () => {
      const world = await setup({ threads: 2, closed: pc1, more: '[processors.limit]\npc1 = 1' });
      const waiting = async () => (await world.threads()).map(({ mode, state }) => `${state} ${mode}`).sort();
      const line = ['TicketAssigned running', 'TicketAssigned waiting'];
      await expect.poll(waiting, soon).toEqual(line);
      await kill(world, victim);
      await expect.poll(waiting, soon).toEqual(line);
      const [holder] = (await world.threads()).filter(({ mode }) => mode === 'running');
      const [waiter] = (await world.threads()).filter(({ mode }) => mode === 'waiting');
      expect(waiter?.waitingFor).toMatchObject({ limit: 'pc1', place: 1, holders: [holder?.index] });
      world.gates.open(pc1);
      for (const sector of ['1', '2'])
        await world.worker().line(new RegExp(`s-t010000-${sector} Finished -> Empty`));
    },
  );
});
