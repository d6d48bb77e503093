/** Kill -9 in the other plans: one sector is upgraded, lost, rebuilt, unsealed and proven, each through its deaths. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runTask } from '#src/sealing/builtin/run-task.js';
import { bytes, write } from '../e2e/setup.js';
import { makeDir, makeWork } from '../sealing/chain.js';
import { type Course, proving, rebuilding, unsealing, upgrading } from './courses.js';
import { everyState, half, victims } from './deaths.js';
import { doJob, expectCourse, expectNothingLeft, keptFiles, loseFiles, worldWithSector } from './jobs.js';
import { type Deaths, matrix } from './matrix.js';
import { isMore } from './sample.js';
import { childrenOf, type World, type WorldOptions } from './world.js';

const cells = matrix();
afterAll(() => console.log(cells.text()));

const payload = bytes(1500, 42);
const proof = 'StackedDrg2KiBV1_1';

/** The upgraded files as our own processors make them anew from the sector below. */
async function upgradedAnew({ remote }: World, id: string, piece: string) {
  const dir = makeDir();
  const [staged, cache, update] = ['staged', 'update-cache', 'update'].map((name) => join(dir, name));
  if (!staged || !cache || !update) throw new Error('no paths');
  const pieces = [{ piece_file: { local: piece }, payload_size: payload.length, piece_size: 2032 }];
  const infos = await runTask(
    'add_pieces',
    { seal_proof_type: proof, pieces, staged_filepath: staged },
    makeWork(),
  );
  await runTask('tree_d', { registered_proof: proof, staged_file: staged, cache_dir: cache }, makeWork());
  const task = {
    registered_proof: proof,
    new_replica_path: update,
    new_cache_path: cache,
    sector_path: join(remote, 'sealed', id),
    sector_cache_path: join(remote, 'cache', id),
    staged_data_path: staged,
    piece_infos: infos,
  };
  await runTask('snap_encode', task, makeWork());
  const hex = (path: string) => readFileSync(path, 'hex');
  return {
    [`/update/${id}`]: hex(update),
    [`/update-cache/${id}/p_aux`]: hex(join(cache, 'p_aux')),
    [`/update-cache/${id}/sc-02-data-tree-r-last.dat`]: hex(join(cache, 'sc-02-data-tree-r-last.dat')),
  };
}

/** One sector's later life; `deathsOf` says who dies where. */
async function laterLife(deathsOf: (course: Course) => Deaths, options: WorldOptions = {}): Promise<void> {
  const { world, id } = await worldWithSector(options);
  const before = keptFiles(world, id);
  const piece = join(world.dir, 'upgrade', 'piece');
  write(piece, payload);

  await doJob(
    world,
    upgrading,
    ['snapup', id, '--pieces', join(world.dir, 'upgrade')],
    deathsOf(upgrading),
    cells,
  );
  await expectCourse(world, upgrading, id);
  const upgraded = keptFiles(world, id);
  expect(upgraded).toMatchObject({ ...before, ...(await upgradedAnew(world, id, piece)) });
  expectNothingLeft(world);

  loseFiles(world, id);
  await doJob(world, rebuilding, ['rebuild', id], deathsOf(rebuilding), cells);
  await expectCourse(world, rebuilding, id);
  const rebuilt = keptFiles(world, id);
  const isUpdate = ([path]: readonly [string, string]) => path.startsWith('/update');
  expect(Object.entries(rebuilt).filter(isUpdate)).toEqual(Object.entries(upgraded).filter(isUpdate));
  expectNothingLeft(world);

  const out = join(world.dir, 'out');
  await doJob(world, unsealing, ['unseal', id, '--dest', out], deathsOf(unsealing), cells);
  await expectCourse(world, unsealing, id);
  expect(readdirSync(out)).toHaveLength(1);
  expect(readFileSync(join(out, readdirSync(out)[0] ?? ''), 'hex')).toBe(payload.toString('hex'));
  expectNothingLeft(world);

  const proven = await doJob(world, proving, ['wdpost', 'add', '--sectors', id], deathsOf(proving), cells);
  await expectCourse(world, proving, proven.id);
  expect(proven.facts).toMatchObject({ proofs: 1, faults: [] });
  // Each end was told once that was heard; the sector is what it was.
  expect(await world.sector(id)).toMatchObject({ state: 'Finished', finalized: true, failure: null });
  expect(world.worker().lines.filter((line) => /unhandled|TypeError/i.test(line))).toEqual([]);
}

const few: Readonly<Record<string, Deaths>> = {
  snapup: { TreeDBuilt: [{ victim: 'worker', moment: 'half' }] },
  rebuild: { SnapTreeDBuilt: [{ victim: 'thread', moment: 'stage' }] },
  unseal: { Unsealed: [{ victim: 'manager', moment: 'answer' }] },
  wdpost: { Allocated: [{ victim: 'worker', moment: 'stage' }] },
};

test('a few deaths: the new pieces come back out of the sector, as if nothing had happened', async () => {
  await laterLife((course) => few[course.plan.name] ?? {});
});

const atWork = everyState((course, state) => [
  ...half(course, state, 'worker'),
  ...half(course, state, 'processor'),
]);
// The unsealing and the proof are done in the thread here: nothing of theirs is a child's.
const isByChildren = ({ plan }: Course) => plan.name === 'snapup' || plan.name === 'rebuild';

/** What of these deaths is of the sample, for each plan. */
function drawn(life: string, deathsOf: (course: Course) => Deaths): (course: Course) => Deaths {
  const courses = [upgrading, rebuilding, unsealing, proving];
  const deaths = new Map(courses.map((course) => [course, cells.draw(life, course, deathsOf(course))]));
  return (course) => deaths.get(course) ?? {};
}

const childDeaths = drawn('the child at work', (course) => (isByChildren(course) ? atWork(course) : {}));
const lives = victims.map(([victim, deathsOf]) => [victim, drawn(victim, deathsOf)] as const);

describe.runIf(isMore)('at every state of every plan', () => {
  test('the child at work dies, and the worker above it: as if nothing had happened, and no child is left', {
    timeout: 600_000,
  }, async () => {
    const more = childrenOf(['add_pieces', 'tree_d', 'pc1', 'pc2', 'snap_encode', 'transfer']);
    await laterLife(childDeaths, { more });
  });

  test.each(lives)('%s dies: as if nothing had happened', { timeout: 600_000 }, async (_, deathsOf) => {
    await laterLife(deathsOf);
  });
});
