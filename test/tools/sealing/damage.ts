/** Damage of one file between two stages, and what has to come of it. */
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import { resume } from '#machines/command-changes.js';
import { planNamed } from '#machines/index.js';
import type { ThreadRecord } from '#machines/thread-record.js';
import {
  keptFiles,
  lose,
  rebuildJob,
  sealed,
  sectorOfSize,
  snapUpJob,
  unsealJob,
  upgraded,
  upgradedAs,
} from './jobs.js';
import { gives, type PlanWorld, planWorld, type RunOptions } from './plan-world.js';

const size = 2048;

export const kinds = {
  cut: (path: string) => truncateSync(path, Math.floor(statSync(path).size / 2)),
  empty: (path: string) => truncateSync(path, 0),
  zero: (path: string) => writeFileSync(path, Buffer.alloc(statSync(path).size)),
  flip: (path: string) => {
    const bytes = readFileSync(path);
    const at = Math.floor(bytes.length / 2);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(path, bytes);
  },
  remove: (path: string) => rmSync(path),
} as const;

export type Kind = keyof typeof kinds;

export interface Cell {
  readonly plan: string;
  readonly state: string;
  /** Within the world's directory. */
  readonly file: string;
  readonly kind: Kind;
}

/** A world at each state of a plan, and what lies in the end where nothing is damaged. */
export interface Course {
  readonly world: PlanWorld;
  readonly given: RunOptions;
  readonly records: readonly ThreadRecord[];
  readonly saved: (state: string) => string;
  readonly end: ReadonlyMap<string, string>;
}

export const damagedPlans = ['sealer', 'niporep', 'snapup', 'rebuild', 'unseal'];

async function jobOf(plan: string, world: PlanWorld): Promise<RunOptions> {
  const deal = await world.piece(500, 512, 1);
  if (plan === 'sealer')
    return { service: { allocateSector: async () => sectorOfSize(size), acquireDeals: async () => [deal] } };
  if (plan === 'niporep')
    return { service: { allocateSector: async () => ({ ...sectorOfSize(size), ProofType: 15 }) } };
  const { CommR } = await sealed(world, size, []);
  if (plan === 'snapup') return { service: gives({ snapUp: snapUpJob(size, CommR, [deal]) }) };
  const update = await upgraded(world, size, CommR, [deal]);
  if (plan === 'rebuild') {
    lose(world);
    const facts = upgradedAs(CommR, update.CommR);
    return { service: gives({ rebuild: rebuildJob(size, [deal], facts) }) };
  }
  const dests = [pathToFileURL(join(world.dir, 'out')).href, 'store://kept/out'];
  return { service: gives({ unseal: unsealJob(size, deal, 0, update.CommD), dests }) };
}

const roots = ['thread', 'kept', 'out'];

export async function courseOf(plan: string): Promise<Course> {
  const world = planWorld(size);
  const given = await jobOf(plan, world);
  const records: ThreadRecord[] = [];
  const saved = (state: string) => join(world.dir, 'saved', state);
  const onRecord = (record: ThreadRecord) => {
    if (record.state === 'Empty') return;
    records.push(record);
    for (const root of roots)
      if (existsSync(join(world.dir, root)))
        cpSync(join(world.dir, root), join(saved(record.state), root), {
          recursive: true,
          preserveTimestamps: true,
        });
  };
  await world.run(plan, { ...given, onRecord });
  return { world, given, records, saved, end: endOf(world) };
}

function endOf(world: PlanWorld): ReadonlyMap<string, string> {
  const out = join(world.dir, 'out');
  const kept = [...keptFiles(world)].map(([name, bytes]) => [name, bytes.toString('hex')] as const);
  return new Map([...kept, ['out', existsSync(out) ? readFileSync(out).toString('hex') : '']]);
}

/** The world as it was when the record came to its state. */
function restore({ world, saved }: Course, state: string): void {
  for (const root of roots) {
    rmSync(join(world.dir, root), { recursive: true, force: true });
    if (existsSync(join(saved(state), root)))
      cpSync(join(saved(state), root), join(world.dir, root), { recursive: true });
  }
}

/** Every file of the sector, at each state, in every way; what a store had before the job is not the job's. */
export function cellsOf(plan: string, { records, saved }: Course): readonly Cell[] {
  const before = new Set(records[0] ? filesUnder(saved(records[0].state)) : []);
  return records.flatMap(({ state }) =>
    filesUnder(saved(state))
      // What was handed in is its receiver's.
      .filter((file) => !before.has(file) && basename(file) !== 'out')
      .flatMap((file) => Object.keys(kinds).map((kind): Cell => ({ plan, state, file, kind: kind as Kind }))),
  );
}

export function filesUnder(dir: string): readonly string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)))
    .toSorted();
}

/** What an error about a damaged file says is to be done. */
export const adviceIn = (message: string) => ({
  to: /resume --state (\w+)/.exec(message)?.[1] ?? 'no state named',
  isMovedAway: message.includes('move it away'),
});

/** Runs the rest of the plan over the damage. */
export async function over(
  course: Course,
  { plan, state, file, kind }: Cell,
): Promise<'found' | 'not needed'> {
  const { world, given, records, end } = course;
  restore(course, state);
  const path = join(world.dir, file);
  kinds[kind](path);
  let record = records.find((each) => each.state === state);
  const follow = (next: ThreadRecord) => {
    record = next;
  };
  const failure = await world.run(plan, { ...given, ...(record && { from: record }), onRecord: follow }).then(
    () => undefined,
    (thrown: unknown) => thrown as { readonly level: string; readonly message: string },
  );
  if (failure === undefined) {
    expect(endOf(world), `${kind} of ${file} at ${state}: what is kept in the end`).toEqual(end);
    return 'not needed';
  }
  expect(failure).toMatchObject({ level: 'permanent', message: expect.stringContaining(basename(path)) });
  if (state !== 'Finished') expect(record?.state).not.toBe('Finished');
  if (failure.message.endsWith('the job is over; ask for it again')) {
    await world.run(plan, given);
    expect(endOf(world), 'after the job was asked for again').toEqual(end);
    return 'found';
  }
  const { to, isMovedAway } = adviceIn(failure.message);
  const known = planNamed(plan);
  if (!known || !record) throw new Error(`no plan ${plan}`);
  const command = { type: 'THREAD.RESUME', state: to, force: false, by: 'test', reason: null } as const;
  const healed = resume(known, record, command, 0).record;
  if (isMovedAway) rmSync(path);
  await world.run(plan, { ...given, from: healed });
  expect(endOf(world), `after resume --state ${to}`).toEqual(end);
  return 'found';
}
