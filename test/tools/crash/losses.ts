/** What is lost, damaged or another's when a worker that died is back, and what its thread must show meanwhile. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { adviceIn, filesUnder, type Kind, kinds } from '../sealing/damage.js';
import type { Course } from './courses.js';
import type { Loss } from './matrix.js';
import { drawn } from './sample.js';
import { soon, type World } from './world.js';

/** What a thread may find, until it has been put right. */
export interface Wound {
  /** One of them the error has to name. */
  readonly paths: readonly string[];
  /** Does what the error says; gives the state to resume to, or nothing for the one at hand. */
  heal(message: string): string | undefined;
}

export interface Suffering {
  readonly world: World;
  readonly course: Course;
  readonly state: string;
  /** Of the sector or job. */
  readonly id: string;
  /** Draws are made by it. */
  readonly cell: string;
  /** The sector's files when the stage before was done. */
  readonly files: readonly string[];
  /** What was kept of the sector when the job began. */
  readonly before: ReadonlySet<string>;
  /** Whether the stage is done, or the thread has stopped before it was. */
  isHeld(): Promise<boolean>;
}

/** One loss: `begin` while the worker is dead, `during` when it is back, until what is missing is there again. */
interface Acts {
  begin(of: Suffering): Promise<Wound | undefined> | Wound | undefined;
  during?(of: Suffering): Promise<void>;
}

const ways = Object.keys(kinds) as Kind[];

/** The directories that a plan keeps its file and cache in. */
const placeOf: Readonly<Record<string, readonly [string, string]>> = {
  sealer: ['sealed', 'cache'],
  snapup: ['update', 'update-cache'],
  rebuild: ['update', 'update-cache'],
};

/** Until pieces were added there are none, at the end of the last stage they are gone; an unseal whose piece is damaged ends with its reason instead of being paused. */
const hasLocalFiles = ({ plan }: Course, state: string) =>
  !['wdpost', 'unseal'].includes(plan.name) &&
  !['Empty', 'Allocated', 'DealsAcquired', 'Finished'].includes(state);

/** Whether what is lost in the store can be made again: at the end of the last stage it is named, and nothing more. */
const isKept = ({ plan, states }: Course, state: string) =>
  placeOf[plan.name] !== undefined &&
  state !== 'Finished' &&
  states.indexOf(state) >= states.indexOf('Persisted');

export function lossesAt(course: Course, state: string): readonly Loss[] {
  const has: Readonly<Record<Loss, boolean>> = {
    file: hasLocalFiles(course, state),
    kept: isKept(course, state),
    another: placeOf[course.plan.name] !== undefined && !['Empty', 'Finished'].includes(state),
    location: true,
    store: true,
    home: true,
    backup: state !== 'Empty',
  };
  return (Object.keys(has) as Loss[]).filter((loss) => has[loss]);
}

export const acts: Readonly<Record<Loss, Acts>> = {
  file: { begin: ({ world, id, files, cell }) => damage(join(world.store, 'sectors', id), files, cell) },
  kept: {
    begin: ({ world, id, before, cell }) =>
      damage(
        world.remote,
        keptOf(world, id).filter((file) => !before.has(file)),
        cell,
      ),
  },
  another: { begin: putAnother },
  location: { begin: ({ world }) => void disksOf(world).location.unmount(), during: withoutLocation },
  store: { begin: ({ world }) => void disksOf(world).store.unmount(), during: withoutStore },
  home: { begin: async ({ world }) => void (await world.moveManager('empty')), during: withoutHome },
  backup: { begin: async ({ world }) => void (await world.moveManager('backup')), during: withBackup },
};

export const keptOf = ({ remote }: World, id: string) =>
  filesUnder(remote).filter((file) => file.includes(id));

function damage(root: string, files: readonly string[], cell: string): Wound {
  const path = join(
    root,
    drawn(
      `${cell} file`,
      files.filter((file) => existsSync(join(root, file))),
    ),
  );
  const way = drawn(`${cell} way`, ways);
  kinds[way](path);
  return {
    paths: [path],
    heal: (message) => {
      const { to, isMovedAway } = adviceIn(message);
      if (isMovedAway) rmSync(path);
      return to;
    },
  };
}

const anotherFile = Buffer.alloc(2048, 0xa7);
const anotherCommR = JSON.stringify({ commR: Array.from({ length: 32 }, () => 9) });

/** A sector of the same number that somebody else sealed: its bytes are there until a person moves them away. */
function putAnother({ world, course, id, cell }: Suffering): Wound | undefined {
  const [file, cache] = (placeOf[course.plan.name] ?? []).map((name) => join(world.remote, name, id));
  if (!file || !cache) throw new Error(`${course.plan.name} keeps nothing`);
  if (existsSync(file) && readFileSync(file).equals(anotherFile)) return undefined;
  const aux = drawn(`${cell} aux`, [anotherCommR, 'not known here']);
  for (const path of [file, cache]) rmSync(path, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, anotherFile);
  writeFileSync(join(cache, 'p_aux'), aux);
  return {
    paths: [file, cache],
    heal: (message) => {
      expect(readFileSync(file).equals(anotherFile), 'the other sector was left as it was').toBe(true);
      expect(readdirSync(cache)).toEqual(['p_aux']);
      const away = join(world.remote, 'away', cell);
      mkdirSync(away, { recursive: true });
      renameSync(file, join(away, 'file'));
      renameSync(cache, join(away, 'cache'));
      const { to } = adviceIn(message);
      return /^[A-Z]/.test(to) && to !== 'Aborted' ? to : undefined;
    },
  };
}

function disksOf({ disks }: World) {
  if (disks) return disks;
  throw new Error('this world has no disks of its own');
}

async function withoutLocation({ world }: Suffering): Promise<void> {
  const { at, mount } = disksOf(world).location;
  const failed = { mode: 'failed', lastError: { message: expect.stringContaining('is not the disk') } };
  await expect.poll(() => world.thread(), soon).toMatchObject(failed);
  expect(readdirSync(at)).toEqual([]);
  mount();
}

/** A stage that needs nothing of the store is done without it. */
async function withoutStore({ world, isHeld }: Suffering): Promise<void> {
  const { at, mount } = disksOf(world).store;
  await expect.poll(isHeld, soon).toBe(true);
  expect(readdirSync(at)).toEqual([]);
  mount();
}

async function withoutHome({ world, state }: Suffering): Promise<void> {
  await world.worker().line(/another manager answers: /);
  expect(await world.sectors()).toEqual([]);
  expect((await world.thread()).state).toBe(state);
  await world.moveManager('own');
  await world.worker().line(/manager \S+ answers again/);
}

/** The same manager, that has forgotten all since its backup. */
async function withBackup({ world, id, isHeld }: Suffering): Promise<void> {
  const { remote } = world;
  const stored = () =>
    new Map(keptOf(world, id).map((file) => [file, readFileSync(join(remote, file), 'hex')]));
  const before = stored();
  await expect.poll(isHeld, soon).toBe(true);
  for (const [file, bytes] of before) expect(stored().get(file), file).toBe(bytes);
  await world.moveManager('own');
}
