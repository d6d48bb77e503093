/** Lives that leave the main line, with deaths there. */
import { expect } from 'vitest';
import { gateOf, sealing } from './courses.js';
import { killThread, killWorker } from './life.js';
import type { Matrix } from './matrix.js';
import { kill, type World } from './world.js';

/** Stands paused in the middle of a state's stage. */
async function pausedAt(world: World, state: string): Promise<void> {
  const gate = gateOf(sealing, state);
  world.gates.close(gate);
  await world.killWorker();
  await world.gates.reached(gate);
  await world.post('/threads/0/pause', { how: 'now', by: 'alice' });
}

/** Gives a sector up through the deaths of everyone; gives its id. */
export async function givenUp(world: World, { cell }: Matrix): Promise<string> {
  const { gates, wire } = world;
  const state = 'Aborted';
  const gate = gateOf(sealing, state);
  await pausedAt(world, 'TicketAssigned');
  const id = (await world.thread()).sector?.id ?? '';
  const held = wire.hold(sealing.callOf[state] ?? '', 'request');
  await world.post('/threads/0/resume', { state, by: 'alice', reason: 'bad disk' });
  const unheard = wire.hold(sealing.callOf[state] ?? '', 'answer');
  const manager = async (hold: typeof held) => {
    await hold.reached();
    await world.killManager();
    hold.cut();
  };
  await cell(sealing.plan, state, 'manager', 'request', () => manager(held));
  await cell(sealing.plan, state, 'manager', 'answer', async () => {
    await unheard.reached();
    gates.close(gate);
    await manager(unheard);
  });
  await cell(sealing.plan, state, 'thread', 'stage', async () => {
    await gates.reached(gate);
    await kill(world, 'thread');
  });
  await cell(sealing.plan, state, 'worker', 'stage', async () => {
    await gates.reached(gate);
    await kill(world, 'worker');
  });
  expect((await world.thread()).state).toBe(state);
  gates.open(gate);
  await world.worker().line(new RegExp(`${id} Aborted -> Empty`));
  return id;
}

/** Makes synthetic proofs, which nobody asks for by himself, through deaths of the worker; gives the sector's id. */
export async function synthetic(world: World, { cell }: Matrix): Promise<string> {
  const { gates } = world;
  const state = 'SyntheticPoRepNeeded';
  const gate = gateOf(sealing, state);
  await pausedAt(world, 'PC2Done');
  gates.close(gate);
  await world.post('/threads/0/resume', { state, force: true, by: 'alice' });
  await cell(sealing.plan, state, 'worker', 'commit', () => killWorker(world, state));
  await cell(sealing.plan, state, 'thread', 'stage', async () => {
    await gates.reached(gate, world.worker().pid);
    await killThread(world, state);
  });
  await cell(sealing.plan, state, 'worker', 'stage', async () => {
    await gates.reached(gate, world.worker().pid);
    await killWorker(world, state);
  });
  gates.open(gateOf(sealing, 'PC2Done'));
  gates.open(gate);
  const [, id = ''] = await world.worker().line(/(s-t\d+-\d+) Finished -> Empty/);
  return id;
}
