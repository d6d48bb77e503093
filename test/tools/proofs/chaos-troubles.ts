/** What befalls a fleet of real processors: who dies, or is sent back, at a moment of a stage's work or at any other. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ThreadView } from '../../../src/protocol/thread.js';
import { gateOf, sealing } from '../crash/courses.js';
import { untilGone, type World } from '../crash/world.js';
import { write } from '../e2e/setup.js';
import { sealingStages } from './real-world.js';

/** Draws one of these. */
export type Draw = <T>(of: readonly T[]) => T;

export const drawBy =
  (random: () => number): Draw =>
  (of) => {
    const found = of[Math.floor(random() * of.length)];
    if (found === undefined) throw new Error('nothing to draw from');
    return found;
  };

/** Where a process is held, and whose it is. */
interface Held {
  readonly stage: string;
  readonly gate: string;
  readonly pid: number;
}

export interface Troubles {
  readonly counts: Readonly<Record<string, number>>;
  /** One of them, now or at the first process that comes to the moment that is drawn. */
  next(): Promise<void>;
}

const deaths = ['child', 'child', 'thread', 'threads', 'worker'] as const;
const troubles = [...deaths, ...deaths, 'manager', 'resume', 'resume', 'resume', 'resume'] as const;

/** No stage of so small a sector is that long away while there are sectors to seal. */
const waitMs = 3000;

export function realTroubles(world: World, steps: Readonly<Record<string, number>>, draw: Draw): Troubles {
  const counts: Record<string, number> = {};
  const count = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1;
  };
  const held = async (): Promise<Held | undefined> => {
    const moment = draw(['before', 'during', 'during', 'during', 'after', 'any']);
    if (moment === 'any') return undefined;
    const stage = draw(sealingStages);
    const gate = `${stage}-${moment}`;
    const all = Array.from({ length: Math.max(1, steps[stage] ?? 1) }, (_, at) => at + 1);
    world.gates.close(gate, moment === 'during' ? draw(all) : undefined);
    const until = performance.now() + waitMs;
    while (!world.gates.isReached(gate) && performance.now() < until) await delay(5);
    if (world.gates.isReached(gate)) return { stage, gate, pid: await world.gates.reached(gate) };
    world.gates.open(gate);
    return undefined;
  };
  const acts: Record<(typeof troubles)[number], (at: Held | undefined) => Promise<void>> = {
    child: async (at) => {
      const pid = at?.pid ?? draw([...childrenOf(world.worker().pid), 0]);
      if (pid === 0) return;
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended by itself meanwhile.
      }
      await untilGone(pid);
    },
    thread: async () => killThreads(world, draw([0, 1, 2, 3, 4, 5])),
    threads: async () => killThreads(world),
    worker: () => world.killWorker(),
    manager: () => world.killManager(),
    resume: async (at) => {
      const view = await pausedOne(world, at?.stage, draw);
      if (!view) return;
      if (at && draw([true, false])) world.gates.open(at.gate);
      const possible = backFrom(view);
      if (possible.length === 0) return;
      const state = draw(possible);
      const { changed } = await world.post(`/threads/${view.index}/resume`, { state, by: 'chaos' });
      if (changed) count('sent back');
    },
  };
  return {
    counts,
    next: async () => {
      const trouble = draw(troubles);
      const at = await held();
      try {
        await acts[trouble](at);
        count(at ? `${trouble} ${at.gate}` : `${trouble} at any time`);
      } finally {
        if (at) world.gates.open(at.gate);
      }
    },
  };
}

/** Process ids of a worker's processors. */
function childrenOf(pid: number): readonly number[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split(' ').filter(Boolean).map(Number) : [];
}

/** All threads of the worker, a spare one with them, or the one at this place in their line. */
function killThreads({ gates, worker }: World, at?: number): void {
  const file = join(gates.options.env?.CRASH_GATES ?? '', 'victim');
  write(file, at === undefined ? '' : String(at));
  process.kill(worker().pid, 'SIGUSR2');
}

/** States before the present one, and itself. */
function backFrom({ state, possible }: ThreadView): readonly string[] {
  const { states } = sealing;
  return possible.filter((each) => states.includes(each) && states.indexOf(each) <= states.indexOf(state));
}

/** A thread that does this stage, or any that has a sector, once it is paused. */
async function pausedOne(
  world: World,
  stage: string | undefined,
  draw: Draw,
): Promise<ThreadView | undefined> {
  const busy = (await world.threads()).filter(
    ({ sector, state }) => sector !== null && sealing.states.includes(state) && state !== 'Finished',
  );
  const at = busy.filter(({ state }) => stage === undefined || gateOf(sealing, state) === stage);
  const among = at.length > 0 ? at : busy;
  if (among.length === 0) return undefined;
  const { index } = draw(among);
  await world.post(`/threads/${index}/pause`, { how: 'now', by: 'chaos' });
  const until = performance.now() + waitMs;
  while (performance.now() < until) {
    const view = await world.thread(index);
    if (view.mode === 'paused') return view;
    await delay(10);
  }
  return undefined;
}
