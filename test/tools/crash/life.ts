/** One sector's life, with deaths in it. */
import { expect } from 'vitest';
import type { Held } from '../e2e/wire.js';
import { comeBackWithout } from './amiss.js';
import { type Course, gateOf } from './courses.js';
import { comeBackDamaged } from './damaged.js';
import type { Deaths, Matrix, Moment, Victim } from './matrix.js';
import { soon, untilGone, type World } from './world.js';

/** The thread is up again, at the state it died in; a thread that died too often is started by hand. */
export async function untilBack(world: World, state: string, incarnation: number): Promise<void> {
  const look = async () => {
    const view = await world.thread();
    if (view.mode === 'failed') await world.post('/threads/0/restart');
    return view.incarnation > incarnation && view.mode !== 'restarting' && view.mode !== 'failed';
  };
  await expect.poll(look, soon).toBe(true);
  expect(await world.thread()).toMatchObject({ state, lastError: null });
}

export async function killThread(world: World, state: string): Promise<void> {
  const { incarnation } = await world.thread();
  process.kill(world.worker().pid, 'SIGUSR2');
  await untilBack(world, state, incarnation);
}

export async function killWorker(world: World, state: string): Promise<void> {
  await world.killWorker();
  expect(await world.thread()).toMatchObject({ state, lastError: null });
}

/** The child that does a stage now. */
export async function childOf(world: World, stage: string): Promise<number> {
  const answer = await fetch(`http://${world.worker().at}/api/v1/tree`);
  interface Node {
    readonly id: string;
    readonly pid?: number;
    readonly children: readonly Node[];
  }
  const find = (node: Node): Node | undefined =>
    node.id.startsWith(`${stage}#`) ? node : node.children.map(find).find((found) => found !== undefined);
  const { root } = (await answer.json()) as { readonly root: Node };
  const pid = find(root)?.pid;
  if (pid) return pid;
  throw new Error(`no child does ${stage}`);
}

/**
 * Does one job through all these deaths; gives its sector's id, or its own. `begin` lets a worker at it that has seen
 * nothing of it yet.
 */
export async function live(
  world: World,
  course: Course,
  deaths: Deaths,
  { cell }: Matrix,
  begin: () => Promise<void> = world.killWorker,
): Promise<string> {
  const { gates, wire } = world;
  const { plan, states, callOf, fileOf } = course;
  const holds = new Map<string, Held>();
  const of = (state: string, ...moments: readonly Moment[]) =>
    (deaths[state] ?? []).filter(({ moment }) => moments.includes(moment));

  const prepare = async (state: string) => {
    // C2 writes no file to hold it at: its child is stopped before it is asked.
    if (of(state, 'stage').some(({ victim }) => victim === 'processor'))
      process.kill(await childOf(world, gateOf(course, state)), 'SIGSTOP');
    const isCalled = of(state, 'request', 'answer').length > 0;
    if (!isCalled && of(state, 'commit', 'stage').length > 0) gates.close(gateOf(course, state));
    if (of(state, 'half').length > 0) gates.close(`file-${fileOf[state]}`);
    // The two moments of a call are those of a hold.
    for (const { moment } of of(state, 'request', 'answer'))
      holds.set(moment, wire.hold(callOf[state] ?? '', moment as 'request' | 'answer'));
  };
  const strike = (state: string, victim: Victim) => {
    if (victim === 'worker') return killWorker(world, state);
    if (victim === 'thread') return killThread(world, state);
    if (victim === 'processor' || victim === 'manager') throw new Error(`${victim} does not die like this`);
    if (victim === 'file' || victim === 'kept')
      return comeBackDamaged(world, victim, `${plan.name} ${state} ${victim}`, gateOf(course, state));
    if (victim === 'another' || victim === 'backup') throw new Error(`${victim} has lives of its own`);
    return comeBackWithout(world, victim, state, gateOf(course, state));
  };
  const halfWay = async (state: string, victim: Victim) => {
    const gate = `file-${fileOf[state]}`;
    const pid = await gates.reached(gate);
    if (victim === 'worker') {
      await killWorker(world, state);
      // The child that was at it is gone with its worker.
      await untilGone(pid);
    } else if (victim === 'thread') await killThread(world, state);
    else {
      process.kill(pid, 'SIGKILL');
      await untilGone(pid);
      await gates.reached(gate);
      expect(await world.thread()).toMatchObject({ state, lastError: { level: 'temporary' } });
    }
  };
  const stopped = async (state: string) => {
    const pid = await childOf(world, gateOf(course, state));
    await expect.poll(() => world.thread(), soon).toMatchObject({ state, processor: { pid } });
    process.kill(pid, 'SIGKILL');
    await untilGone(pid);
    await gates.reached(gateOf(course, state));
    expect(await world.thread()).toMatchObject({ state, lastError: { level: 'temporary' } });
  };
  const behindStage = async (state: string, victim: Victim) => {
    if (victim === 'processor') return stopped(state);
    await gates.reached(gateOf(course, state), world.worker().pid);
    if (victim !== 'manager') await strike(state, victim);
    else {
      await world.killManager();
      const view = await world.thread();
      expect(view.state).toBe(state);
      // A call that was cut before shows until its stage is done.
      expect([undefined, 'temporary']).toContain(view.lastError?.level);
    }
  };
  const dieAt = async (state: string) => {
    for (const { victim, moment } of of(state, 'commit'))
      await cell(plan, state, victim, moment, async () => {
        if (state !== 'Empty') await world.worker().line(new RegExp(` -> ${state}( |$)`));
        await strike(state, victim);
      });
    for (const { victim, moment } of of(state, 'half'))
      await cell(plan, state, victim, moment, () => halfWay(state, victim));
    gates.open(`file-${fileOf[state]}`);
    const calls = of(state, 'request', 'answer');
    for (const { victim, moment } of calls)
      await cell(plan, state, victim, moment, async () => {
        const held = holds.get(moment);
        await held?.reached();
        if (victim === 'worker') {
          gates.close(gateOf(course, state));
          await world.killWorker(held?.cut);
          expect(await world.thread()).toMatchObject({ state, lastError: null });
          return;
        }
        await world.killManager();
        // Behind the last call the stage ends.
        if (moment === calls.at(-1)?.moment && of(state, 'stage').length > 0)
          gates.close(gateOf(course, state));
        held?.cut();
        expect((await world.thread()).state).toBe(state);
      });
    for (const { victim, moment } of of(state, 'stage'))
      await cell(plan, state, victim, moment, () => behindStage(state, victim));
  };

  // Where the thread is held; nowhere before it has begun.
  let at: string | undefined;
  const release = () => (at === undefined ? begin() : gates.open(gateOf(course, at)));
  const before = (state: string) =>
    states.slice(at === undefined ? 0 : states.indexOf(at), states.indexOf(state));
  /** Brings the thread past those who would be held in the place of a state: its gate is theirs, or its file may be. */
  const goBefore = async (state: string): Promise<void> => {
    const gate = gateOf(course, state);
    const last = states[states.indexOf(state) - 1];
    const isHalf = of(state, 'half').length > 0 && at !== last;
    if (last === undefined || !(isHalf || before(state).some((each) => gateOf(course, each) === gate)))
      return;
    await goBefore(last);
    gates.close(gateOf(course, last));
    await release();
    await gates.reached(gateOf(course, last));
    at = last;
  };
  for (const state of states.filter((each) => (deaths[each]?.length ?? 0) > 0)) {
    await goBefore(state);
    await prepare(state);
    await release();
    await dieAt(state);
    at = state;
  }
  await release();
  const [, id = ''] = await world.worker().line(/ (\S+) Finished -> Empty/);
  expect(await world.thread()).toMatchObject({ lastError: null });
  return id;
}
