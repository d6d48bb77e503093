/** One real sector's life, with a death at each of its heavy stages. */
import { expect } from 'vitest';
import { killThread } from '../crash/life.js';
import { untilGone, type World } from '../crash/world.js';

export type Moment = 'before' | 'during' | 'after';
export type Victim = 'child' | 'thread' | 'worker';

export interface RealDeath {
  readonly stage: string;
  readonly moment: Moment;
  /** Of those that the proofs log, which one is "during". */
  readonly step?: number;
}

/** Closes the gate of a death that has still to come. */
export function prepare({ gates }: World, { stage, moment, step }: RealDeath): void {
  gates.close(`${stage}-${moment}`, step);
}

/**
 * The victim dies with the stage's work not begun, in its middle, or done and not told of; it is back when this resolves.
 * `whileHeld`: before it dies.
 */
export async function die(
  world: World,
  victim: Victim,
  { stage, moment }: RealDeath,
  whileHeld: () => void = () => undefined,
): Promise<void> {
  const { gates } = world;
  const gate = `${stage}-${moment}`;
  const pid = await gates.reached(gate).catch(async (cause: unknown) => {
    const { state, mode, lastError } = await world.thread();
    throw new Error(`${state} ${mode} ${lastError?.message}`, { cause });
  });
  const { state } = await world.thread();
  whileHeld();
  if (victim === 'child') {
    process.kill(pid, 'SIGKILL');
    await untilGone(pid);
    gates.open(gate);
  } else if (victim === 'worker') {
    await world.killWorker(async () => {
      // No child outlives its worker.
      await untilGone(pid);
      gates.open(gate);
    });
    expect((await world.thread()).lastError).toBeNull();
  } else {
    await killThread(world, state);
    gates.open(gate);
  }
}
