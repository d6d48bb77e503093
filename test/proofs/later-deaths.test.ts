/**
 * Kill -9 in the other plans with Filecoin's own proofs at work: a sector is upgraded, lost and rebuilt, another one unsealed.
 * `npm run test:proofs:matrix` dies all deaths, CI a sample of them, drawn by a printed seed.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { proverId } from '#src/sealing/builtin/index.js';
import { type Course, rebuilding, unsealing, upgrading } from '../tools/crash/courses.js';
import {
  doJob,
  expectNothingLeft,
  keptFiles,
  loseFiles,
  takePlan,
  worldWithSector,
} from '../tools/crash/jobs.js';
import type { GoThrough } from '../tools/crash/later-life.js';
import { drawn, isDrawn, isMore, sampleText } from '../tools/crash/sample.js';
import type { World } from '../tools/crash/world.js';
import { bytes, freshDir, write } from '../tools/e2e/setup.js';
import { die, type Moment, prepare, type RealDeath, type Victim } from '../tools/proofs/deaths.js';
import { answerOf, ask, filesIn, pledge, sealedDirectly, upgradedDirectly } from '../tools/proofs/direct.js';
import { describeReal } from '../tools/proofs/program.js';
import {
  inDirectory,
  keptByCid,
  preCommitsOf,
  realOptions,
  realWorld,
  sealingStages,
  stepsIn,
  stepsOf,
} from '../tools/proofs/real-world.js';
import { ticket } from '../tools/sealing/chain.js';

const payload = bytes(2000, 42);
/** A rebuild compares CommR with the job's: C1 is not asked. */
const stagesOf = new Map<Course, readonly string[]>([
  [upgrading, ['add_pieces', 'tree_d', 'snap_encode', 'snap_vanilla']],
  [rebuilding, ['add_pieces', 'tree_d', 'pc1', 'pc2', 'add_pieces', 'tree_d', 'snap_encode', 'snap_vanilla']],
  [unsealing, ['unseal']],
]);
const isUpdate = (path: string) => path.startsWith('/update');
const later = ['snap_encode', 'snap_vanilla', 'unseal'];
const victims: readonly Victim[] = ['child', 'thread', 'worker'];
const moments: readonly Moment[] = ['before', 'during', 'after'];
const few = (course: Course, name: string, stage: string) =>
  name === 'worker during' && stage === (course === upgrading ? 'snap_encode' : 'snap_vanilla');

/** How many steps the proofs log at each stage, undisturbed. */
async function allSteps(dir: string): Promise<Readonly<Record<string, number>>> {
  const { sealed, cache } = filesIn(dir);
  const { pc2 } = await sealedDirectly(dir, { number: 1, ticket, pieces: [pledge] });
  const made = join(dir, 'made');
  mkdirSync(made);
  const { vanilla } = await upgradedDirectly(made, { sealed, cache }, pc2.comm_r, payload, dir);
  await answerOf('snap_vanilla', vanilla, dir);
  const task = {
    ...{ registered_proof: 'StackedDrg2KiBV1_1', prover_id: proverId(10000), sector_id: 1 },
    ...{ comm_d: pc2.comm_d, ticket, cache_dir: cache, sealed_file: sealed },
    ...{ unsealed_output: join(dir, 'unsealed'), offset: 0, num_bytes: 2032 },
  };
  await ask('unseal', task, dir);
  return { ...(await stepsOf()), ...stepsIn(dir, later) };
}

/**
 * Through these deaths, in their order; a gate is closed while the one before it still holds, and not sooner: two stages of
 * a job may have one name.
 */
const through =
  (deathsOf: (course: Course) => readonly (RealDeath & { readonly victim: Victim })[]): GoThrough =>
  async (world, course, begin) => {
    const deaths = deathsOf(course);
    if (deaths[0]) prepare(world, deaths[0]);
    await begin();
    for (const [at, death] of deaths.entries()) {
      const next = deaths[at + 1];
      const isSame = next?.stage === death.stage && next.moment === death.moment;
      await die(world, death.victim, death, () => {
        if (next && !isSame) prepare(world, next);
      });
      if (next && isSame) prepare(world, next);
    }
    await world.worker().line(/ (\S+) Finished -> Empty/);
  };

/** The files of an upgrade as an undisturbed run makes them anew from the sector below. */
async function upgradedAnew({ remote }: World, id: string, commR: readonly number[]) {
  const old = { sealed: join(remote, 'sealed', id), cache: join(remote, 'cache', id) };
  const { vanilla } = await upgradedDirectly(freshDir(), old, commR, payload);
  const hex = (path: string) => readFileSync(path, 'hex');
  const cache = `/update-cache/${id}`;
  return {
    [`/update/${id}`]: hex(vanilla.replica_path),
    ...Object.fromEntries(
      ['p_aux', 'sc-02-data-tree-r-last.dat'].map((name) => [
        join(cache, name),
        hex(join(vanilla.replica_cache_path, name)),
      ]),
    ),
  };
}

/** The piece comes out as it was, and nothing is written where the sector is kept. */
async function unsealThrough(world: World, id: string, deaths: GoThrough): Promise<void> {
  const before = keptFiles(world, id);
  const out = join(world.dir, 'out');
  await doJob(world, unsealing, ['unseal', id, '--dest', out], deaths);
  const written = existsSync(out) ? readdirSync(out) : [];
  expect(written.map((file) => readFileSync(join(out, file), 'hex'))).toEqual([payload.toString('hex')]);
  expect(keptFiles(world, id)).toEqual(before);
  expectNothingLeft(world);
}

const cells = { drawn: 0, all: 0 };

describeReal('through the deaths of', () => {
  let steps: Readonly<Record<string, number>>;
  beforeAll(async () => {
    steps = await inDirectory(allSteps);
  });
  afterAll(() => console.log(sampleText('deaths', cells)));

  for (const victim of victims)
    for (const moment of moments) {
      const name = `${victim} ${moment}`;
      const isIn = (course: Course, stage: string, at: number) =>
        isMore ? isDrawn(`real ${course.plan.name} ${name} ${stage} ${at}`) : few(course, name, stage);
      const deathsOf = (course: Course) =>
        (stagesOf.get(course) ?? [])
          .filter((stage, at) => isIn(course, stage, at))
          .map((stage) => {
            const all = Array.from({ length: steps[stage] ?? 1 }, (_, at) => at + 1);
            const step = moment === 'during' ? { step: drawn(`${name} ${stage}`, all) } : {};
            return { victim, stage, moment, ...step };
          });
      const count = (...courses: readonly Course[]) => {
        const all = courses.flatMap((course) =>
          (stagesOf.get(course) ?? []).map((stage, at) => isIn(course, stage, at)),
        );
        cells.all += all.length;
        cells.drawn += all.filter(Boolean).length;
        return all.some(Boolean);
      };

      test.runIf(count(upgrading, rebuilding, unsealing))(
        `the ${name} its work: a real sector is upgraded and rebuilt as if nothing had happened`,
        { timeout: 300_000 },
        async () => {
          const local = freshDir();
          await keptByCid(local, payload);
          const stages = [...sealingStages, 'snap_encode', 'snap_vanilla', 'unseal'];
          const { world, id } = await worldWithSector(await realOptions({ pieces: [], local, stages }));
          const before = keptFiles(world, id);
          const commR = preCommitsOf(world, 1)[0]?.CommR ?? [];
          const pieces = join(world.dir, 'upgrade');
          write(join(pieces, 'piece'), payload);

          await doJob(world, upgrading, ['snapup', id, '--pieces', pieces], through(deathsOf));
          const upgraded = keptFiles(world, id);
          const made = await upgradedAnew(world, id, commR);
          expect(upgraded).toMatchObject({ ...before, ...made });
          expectNothingLeft(world);

          loseFiles(world, id);
          await doJob(world, rebuilding, ['rebuild', id], through(deathsOf));
          const rebuilt = keptFiles(world, id);
          // Others name the place where they worked in t_aux.
          expect(rebuilt).toMatchObject(made);
          expect(Object.keys(rebuilt)).toEqual(Object.keys(upgraded).filter(isUpdate));
          expectNothingLeft(world);

          // What it was before its upgrade is not there any more.
          await unsealThrough(world, id, through(deathsOf));
        },
      );

      test.runIf(count(unsealing))(
        `the ${name} its work: a piece is unsealed as if nothing had happened`,
        { timeout: 120_000 },
        async () => {
          const world = await realWorld({ pieces: [payload], stages: [...sealingStages, 'unseal'] });
          await world.killWorker();
          await world.worker().line(/s-t010000-1 Empty -> Allocated/);
          takePlan(world, 'unseal');
          await world.worker().line(/s-t010000-1 Finished -> Empty/);
          await unsealThrough(world, 's-t010000-1', through(deathsOf));
        },
      );
    }
});
