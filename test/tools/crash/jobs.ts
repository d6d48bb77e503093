/** A finished sector, and the jobs that are done with it one after the other, by a thread that changes its plan. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { JobView } from '../../../src/protocol/job-view.js';
import { onSectors } from '../e2e/fleet.js';
import { write } from '../e2e/setup.js';
import type { Course } from './courses.js';
import { soon, startWorld, type World, type WorldOptions } from './world.js';

/** A world with one sector without deals, and a thread that seals no other. */
export async function worldWithSector(options: WorldOptions = {}): Promise<{ world: World; id: string }> {
  const world = await startWorld({ ...options, hasDeals: false });
  await world.killWorker();
  // From the next sector on there is another plan: the thread has read this one's.
  await world.worker().line(/ Empty -> Allocated/);
  takePlan(world, 'wdpost');
  const [, id = ''] = await world.worker().line(/ (\S+) Finished -> Empty/);
  return { world, id };
}

/** The thread's plan from its next sector on. */
export function takePlan(world: World, plan: string): void {
  write(join(world.store, 'config.toml'), `plan = "${plan}"\n`);
}

/** Does one job through whatever is to happen on the way, as the command asks for it; the manager has it done. */
export async function doJob(
  world: World,
  course: Course,
  command: readonly string[],
  goThrough: (world: World, course: Course, begin: () => Promise<void>) => Promise<unknown>,
): Promise<JobView> {
  // Nobody asks for such a job yet.
  const asked = await onSectors(world.manager().at, ...command, '--json');
  expect(asked).toMatchObject({ code: 0 });
  await goThrough(world, course, async () => {
    takePlan(world, course.plan.name);
    await world.killWorker();
  });
  const newest = async () => (await jobs(world)).at(-1);
  await expect.poll(newest, soon).toMatchObject({ kind: course.plan.name, state: 'done' });
  const done = await newest();
  if (!done) throw new Error('no job');
  return done;
}

async function jobs(world: World): Promise<readonly JobView[]> {
  const { stdout } = await onSectors(world.manager().at, 'jobs', '--json');
  return JSON.parse(stdout) as readonly JobView[];
}

/** The transitions of a course, once each, in order. */
export async function expectCourse(world: World, { states }: Course, what: string): Promise<void> {
  const rows = await world.history(`sector=${what}&kind=transition`);
  const line = states.map((name, at) => `${name} -> ${states[at + 1] ?? 'Empty'}`);
  expect(rows.map(({ from, to }) => `${from} -> ${to}`).slice(-line.length)).toEqual(line);
}

/** However often it was sent back. */
export async function expectEnd(world: World, _: Course, what: string): Promise<void> {
  const rows = await world.history(`sector=${what}&kind=transition`);
  expect(rows.at(-1)).toMatchObject({ from: 'Finished', to: 'Empty' });
}

/** Every file that is kept of the sector, by its path in the store, as hexadecimal text. */
export function keptFiles({ remote }: World, id: string): Readonly<Record<string, string>> {
  const all = readdirSync(remote, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = all.map((entry) => join(entry.parentPath, entry.name)).filter((path) => path.includes(id));
  return Object.fromEntries(
    paths.toSorted().map((path) => [path.slice(remote.length), readFileSync(path, 'hex')]),
  );
}

/** All that is kept of the sector is gone, or what is in these directories. */
export function loseFiles(
  { remote }: World,
  id: string,
  dirs: readonly string[] = ['sealed', 'cache', 'update', 'update-cache'],
): void {
  for (const dir of dirs) rmSync(join(remote, dir, id), { recursive: true, force: true });
}

export function expectNothingLeft({ store }: World): void {
  const left = join(store, 'sectors');
  expect(existsSync(left) ? readdirSync(left) : []).toEqual([]);
}
