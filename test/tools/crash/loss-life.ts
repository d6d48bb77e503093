/** One job's life through deaths of its worker, each with a loss; whoever tends it does only what the errors say. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { filesUnder } from '../sealing/damage.js';
import { type Course, gateOf } from './courses.js';
import { everyState } from './deaths.js';
import { acts, keptOf, lossesAt, type Suffering, type Wound } from './losses.js';
import type { Loss, Matrix } from './matrix.js';
import { isWhole, seed } from './sample.js';
import { soon, type World } from './world.js';

/** As many lives as a state has losses: in each of them every state meets another one. */
export const lives = [0, 1, 2, 3, 4, 5, 6] as const;

/** All of them where the whole matrix is wanted, else one that the seed draws. */
export const livesDrawn = lives.filter((life) => isWhole || life === Number(seed) % lives.length);

export type LossAt = (course: Course, state: string) => Loss | undefined;

/** Those losses of a life that are of the sample. */
export function lossesOf(life: number, { draw }: Matrix, courses: readonly Course[]): LossAt {
  const all = everyState((course, state) => [{ victim: lossAt(course, life, state), moment: 'stage' }]);
  const drawn = new Map(courses.map((course) => [course, draw(`losses ${life}`, course, all(course))]));
  return (course, state) => (drawn.get(course)?.[state]?.length ? lossAt(course, life, state) : undefined);
}

const lossAt = (course: Course, life: number, state: string) => {
  const losses = lossesAt(course, state);
  const loss = losses[(life + course.states.indexOf(state)) % losses.length];
  if (loss === undefined) throw new Error(`nothing can be lost at ${state}`);
  return loss;
};

/** What may have stopped a thread whose store's disk was away, or that asked a manager which knows less than its own did. */
const passing =
  /is not the disk|not_your_sector|does not know|did not give|has no sector|not found|cannot be fetched/;

/** Does one job through these losses; `life` draws their files and ways. `begin` lets a worker at it that has seen nothing of it yet. */
export async function liveWithLosses(
  world: World,
  course: Course,
  { life, lossOf, cells }: { readonly life: number; readonly lossOf: LossAt; readonly cells: Matrix },
  begin: () => Promise<void> = world.killWorker,
): Promise<string> {
  const { gates } = world;
  const { plan, states } = course;
  const wounds: Wound[] = [];
  const heldIn = (state: string) => gates.isReached(gateOf(course, state));

  /** Resumes what is paused, as its error says. */
  const tend = async () => {
    const { mode, lastError, state } = await world.thread();
    if (mode !== 'paused' || lastError === null) return;
    const { level, message } = lastError;
    const found = wounds.filter(({ paths }) => paths.some((path) => message.includes(path)));
    const where = `paused at ${state}: ${level}: ${message}`;
    if (found.length === 0) expect(message, where).toMatch(passing);
    else expect(level, where).toBe('permanent');
    let to: string | undefined;
    for (const wound of found) {
      wounds.splice(wounds.indexOf(wound), 1);
      to = wound.heal(message);
    }
    const answer = await world.post('/threads/0/resume', { ...(to && { state: to }), by: 'alice' });
    expect(answer, `resume ${to} after: ${where}`).toMatchObject({ changed: true });
  };
  const until = async (look: () => Promise<boolean> | boolean, what: string) => {
    // What must not be ends the waiting at once.
    const tended = async () => {
      if (await look()) return 'there';
      return tend().then(
        () => 'not yet',
        (thrown: unknown) => thrown,
      );
    };
    let found: unknown = 'not yet';
    const isOver = async () => {
      found = await tended();
      return found !== 'not yet';
    };
    const told = async (cause: unknown) => {
      const { state, mode, lastError } = await world.thread();
      const lines = world.worker().lines.slice(-20).join('\n');
      throw new Error(`${what}: ${state} ${mode} ${lastError?.message}: ${cause}\n${lines}`, { cause });
    };
    await expect.poll(isOver, soon).toBe(true).catch(told);
    if (found !== 'there') await told(found);
  };
  /** The thread is at the end of the state's stage; whoever was sent back to a state of the same stage is let by. */
  const untilHeld = async (state: string): Promise<void> => {
    await until(() => heldIn(state), `at ${state}`);
    const { state: at } = await world.thread();
    if (at === state) return;
    const next = states[states.indexOf(at) + 1] ?? state;
    gates.close(gateOf(course, next));
    gates.open(gateOf(course, state));
    await untilHeld(next);
    gates.close(gateOf(course, state));
    gates.open(gateOf(course, next));
    await untilHeld(state);
  };
  const localFiles = (id: string) => {
    const root = join(world.store, 'sectors', id);
    return existsSync(root) ? filesUnder(root) : [];
  };
  const suffer = async (loss: Loss, state: string, files: readonly string[], before: ReadonlySet<string>) => {
    const { id = '' } = (await world.thread()).sector ?? {};
    const isHeld = async () => {
      const { mode, lastError } = await world.thread();
      return heldIn(state) || mode === 'waiting' || lastError !== null;
    };
    const of: Suffering = {
      world,
      course,
      state,
      id,
      files,
      before,
      isHeld,
      cell: `${plan.name}-${life}-${state}`,
    };
    await world.killWorker(async () => {
      gates.close(gateOf(course, state));
      const wound = await acts[loss].begin(of);
      if (wound) wounds.push(wound);
    });
    await acts[loss].during?.(of);
    await untilHeld(state);
  };

  let last: string | undefined;
  let files: readonly string[] = [];
  let before: ReadonlySet<string> = new Set();
  for (const state of states) {
    gates.close(gateOf(course, state));
    await (last === undefined ? begin() : gates.open(gateOf(course, last)));
    await untilHeld(state);
    const { id = '' } = (await world.thread()).sector ?? {};
    if (state === states[1]) before = new Set(keptOf(world, id));
    const loss = lossOf(course, state);
    if (loss !== undefined)
      await cells.cell(plan, state, loss, 'stage', () => suffer(loss, state, files, before));
    files = localFiles(id);
    const next = states[states.indexOf(state) + 1];
    if (next !== undefined && lossOf(course, next) === 'backup') await world.backUpManager();
    last = state;
  }
  const id = (await world.thread()).sector?.id ?? '';
  gates.open(gateOf(course, last ?? ''));
  const isDone = () => world.worker().lines.some((line) => / Finished -> Empty/.test(line));
  await until(isDone, 'at its end');
  return id;
}
