/** One sector is upgraded, lost, rebuilt, unsealed and proven: what must come of it, whatever happened on the way. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { runTask } from '#src/sealing/builtin/run-task.js';
import { bytes, write } from '../e2e/setup.js';
import { makeDir, makeWork } from '../sealing/chain.js';
import { type Course, proving, rebuilding, unsealing, upgrading } from './courses.js';
import {
  doJob,
  expectCourse,
  expectEnd,
  expectNothingLeft,
  keptFiles,
  loseFiles,
  worldWithSector,
} from './jobs.js';
import type { World, WorldOptions } from './world.js';

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

/** One course from a worker that has seen nothing of it yet to its end. */
export type GoThrough = (world: World, course: Course, begin: () => Promise<void>) => Promise<unknown>;

export interface LaterLife extends WorldOptions {
  /** Whether no state is come to twice. @default true */
  readonly isStraight?: boolean;
}

/** One sector's later life. */
export async function laterLife(
  goThrough: GoThrough,
  { isStraight = true, ...options }: LaterLife = {},
): Promise<void> {
  const expectWay = isStraight ? expectCourse : expectEnd;
  const { world, id } = await worldWithSector(options);
  const before = keptFiles(world, id);
  const piece = join(world.dir, 'upgrade', 'piece');
  write(piece, payload);

  await doJob(world, upgrading, ['snapup', id, '--pieces', join(world.dir, 'upgrade')], goThrough);
  await expectWay(world, upgrading, id);
  const upgraded = keptFiles(world, id);
  expect(upgraded).toMatchObject({ ...before, ...(await upgradedAnew(world, id, piece)) });
  expectNothingLeft(world);

  loseFiles(world, id);
  await doJob(world, rebuilding, ['rebuild', id], goThrough);
  await expectWay(world, rebuilding, id);
  const rebuilt = keptFiles(world, id);
  const isUpdate = ([path]: readonly [string, string]) => path.startsWith('/update');
  expect(Object.entries(rebuilt).filter(isUpdate)).toEqual(Object.entries(upgraded).filter(isUpdate));
  expectNothingLeft(world);

  const out = join(world.dir, 'out');
  await doJob(world, unsealing, ['unseal', id, '--dest', out], goThrough);
  await expectWay(world, unsealing, id);
  expect(readdirSync(out)).toHaveLength(1);
  expect(readFileSync(join(out, readdirSync(out)[0] ?? ''), 'hex')).toBe(payload.toString('hex'));
  expectNothingLeft(world);

  const proven = await doJob(world, proving, ['wdpost', 'add', '--sectors', id], goThrough);
  await expectWay(world, proving, proven.id);
  expect(proven.facts).toMatchObject({ proofs: 1, faults: [] });
  // Each end was told once that was heard; the sector is what it was.
  expect(await world.sector(id)).toMatchObject({ state: 'Finished', finalized: true, failure: null });
  expect(world.worker().lines.filter((line) => /unhandled|TypeError/i.test(line))).toEqual([]);
}
