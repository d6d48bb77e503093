import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeAtomically } from '#src/sealing/builtin/files/atomic.js';
import * as builtin from '#src/sealing/builtin/index.js';
import {
  bytesOf,
  KiB,
  MiB,
  makeDir,
  makeWork,
  pathsIn,
  precommit,
  sourceOf,
  ticket,
} from '../tools/sealing/chain.js';

async function setup() {
  const dir = makeDir();
  const pieces = [await sourceOf({ bytes: bytesOf(1500), paddedSize: 2 * KiB })];
  return { dir, ...(await precommit({ dir, sectorSize: 2 * KiB, pieces })) };
}

function pc1Task(cacheDir: string, sectorSize = 8 * MiB) {
  const replica = { proverId: builtin.proverId(1000), sectorNumber: 7, ticket, commD: [...bytesOf(32, 8)] };
  return { sectorSize, cacheDir, ...replica };
}

describe('an abort', () => {
  test('in the second layer of pc1 leaves no file, and the next try gives the same bytes', async () => {
    const { cacheDir } = pathsIn(makeDir());
    const abort = new AbortController();
    const work = makeWork(({ done }) => {
      if (done > 1.1) abort.abort(new Error('stop'));
    }, abort.signal);
    await expect(builtin.pc1(pc1Task(cacheDir), work)).rejects.toThrow('stop');
    expect(readdirSync(cacheDir)).toEqual([]);

    writeFileSync(join(cacheDir, builtin.layerFile(1)), 'left by somebody else');
    const again = await builtin.pc1(pc1Task(cacheDir), makeWork());
    const fresh = pathsIn(makeDir()).cacheDir;
    expect(await builtin.pc1(pc1Task(fresh), makeWork())).toEqual(again);
    for (const name of again.labels)
      expect(readFileSync(join(cacheDir, name)).equals(readFileSync(join(fresh, name)))).toBe(true);
  });

  test('before the start ends a stage at once', async () => {
    const { cacheDir } = pathsIn(makeDir());
    const work = makeWork(undefined, AbortSignal.abort(new Error('stop')));
    await expect(builtin.pc1(pc1Task(cacheDir), work)).rejects.toThrow('stop');
  });
});

describe('c2 refuses', () => {
  const c2Of = async (sector: Awaited<ReturnType<typeof setup>>, spoil: (c1: builtin.C1Output) => void) => {
    const c1 = structuredClone(await builtin.c1(sector.proven, makeWork()));
    spoil(c1);
    return builtin.c2({ c1, proverId: sector.proverId, sectorNumber: 2 }, makeWork());
  };

  test.each<[string, (proof: builtin.VanillaProof) => unknown]>([
    ['a changed data leaf', (proof) => proof.data.leaf.reverse()],
    ['a changed sealed leaf', (proof) => proof.sealed.leaf.reverse()],
    ['a changed label', (proof) => proof.labels.at(-1)?.reverse()],
    ['a changed path', (proof) => proof.sealed.path.reverse()],
  ])('%s', async (_, spoil) => {
    const sector = await setup();
    await expect(c2Of(sector, () => {})).resolves.toMatchObject({ proof: { length: 192 } });
    await expect(c2Of(sector, (c1) => c1.challenges.slice(-1).forEach(spoil))).rejects.toMatchObject({
      level: 'permanent',
    });
  });

  test('a layer changed on disk after pc2', async () => {
    const sector = await setup();
    writeFileSync(join(sector.cacheDir, builtin.layerFile(2)), bytesOf(2 * KiB, 77));
    await expect(c2Of(sector, () => {})).rejects.toThrow('XOR');
  });
});

test('c1 takes the synthetic proofs once the layers are cleared', async () => {
  const sector = await setup();
  await builtin.synthProof(sector.proven, makeWork());
  for (const name of sector.pc1.labels) rmSync(join(sector.cacheDir, name));
  const c1 = await builtin.c1(sector.proven, makeWork());
  expect(c1.challenges).toHaveLength(10);
  await builtin.c2({ c1, proverId: sector.proverId, sectorNumber: 2 }, makeWork());
});

test('inclusion proofs hold for every leaf, and for no other index', async () => {
  const sector = await setup();
  const treeFile = join(sector.cacheDir, builtin.cacheFiles.treeR);
  for (let index = 0; index < 64; index += 1) {
    const proof = await builtin.inclusionProof(treeFile, 64, index);
    expect(builtin.verifyInclusion(sector.commR, proof)).toBe(true);
    expect(builtin.verifyInclusion(sector.commR, { ...proof, index: index ^ 1 })).toBe(false);
    expect(builtin.verifyInclusion(sector.commR, { ...proof, index: index + 64 })).toBe(false);
  }
});

describe('faults', () => {
  test('treeD refuses staged data that are not the pieces, and leaves no tree', async () => {
    const sector = await setup();
    writeFileSync(sector.stagedPath, bytesOf(2 * KiB, 5));
    const task = { ...sector, sectorSize: 2 * KiB, pieces: sector.added.pieces };
    await expect(builtin.treeD(task, makeWork())).rejects.toMatchObject({ level: 'permanent' });
    expect(existsSync(join(sector.cacheDir, builtin.cacheFiles.treeD))).toBe(false);
  });

  test('a missing input and a file in the place of the cache directory are critical', async () => {
    const sector = await setup();
    const missing = { ...sector, sectorSize: 2 * KiB, pieces: [], stagedPath: join(sector.dir, 'none') };
    await expect(builtin.treeD(missing, makeWork())).rejects.toMatchObject({ level: 'critical' });
    const blocked = builtin.pc1(pc1Task(sector.stagedPath, 2 * KiB), makeWork());
    await expect(blocked).rejects.toMatchObject({ level: 'critical' });
  });

  test('a full disk is critical, says what to do, and leaves nothing', async () => {
    const dir = makeDir();
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    const writing = writeAtomically(join(dir, 'file'), () => Promise.reject(full));
    await expect(writing).rejects.toMatchObject({
      level: 'critical',
      message: expect.stringMatching(/^No space left .*free space, then resume$/),
    });
    expect(readdirSync(dir)).toEqual([]);
  });
});
