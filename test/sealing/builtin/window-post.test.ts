import { appendFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cacheFiles, runTask } from '#src/sealing/builtin/index.js';
import { buildTree } from '#src/sealing/builtin/trees/tree.js';
import type { Tasks } from '#src/sealing/tasks.js';
import { bytesOf, KiB, MiB, makeDir, makeWork } from '../../tools/sealing/chain.js';

type Replica = Tasks['window_post']['task']['replicas'][number];
const seed = [...bytesOf(32, 3)];
const proofTypes = { [2 * KiB]: 'StackedDrgWindow2KiBV1_1', [8 * MiB]: 'StackedDrgWindow8MiBV1_1' };

/** Sectors as they are kept: what they hold is no matter here. */
async function setup(size: number, count = 3) {
  const dir = makeDir();
  const replicas: Replica[] = [];
  for (let number = 1; number <= count; number += 1) {
    const [sealed_file, cache_dir] = [join(dir, `sealed-${number}`), join(dir, `cache-${number}`)];
    writeFileSync(sealed_file, bytesOf(size, number));
    mkdirSync(cache_dir);
    const root = await buildTree(sealed_file, size / 32, join(cache_dir, cacheFiles.treeR), makeWork());
    replicas.push({ sector_id: number, comm_r: [...root], cache_dir, sealed_file });
  }
  const post = (facts: Partial<Tasks['window_post']['task']> = {}, work = makeWork()) =>
    runTask(
      'window_post',
      { miner_id: 10000, proof_type: proofTypes[size] ?? '', replicas, seed, ...facts },
      work,
    );
  /** The replica of the second sector. */
  const second = replicas[1] as Replica;
  return { post, replicas, second };
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

test('sound sectors are proven: the same proof for the same seed, another for another', async () => {
  const { post, replicas } = await setup(2 * KiB);
  const first = await post();
  expect(first).toEqual({ proofs: [expect.any(Array)], faults: [] });
  expect(first.proofs[0]).toHaveLength(192);
  expect(await post()).toEqual(first);
  expect(await post({ seed: [...bytesOf(32, 4)] })).not.toEqual(first);
  expect(await post({ replicas: replicas.slice(1) })).not.toEqual(first);
});

test.each([0, 1023, 2047])(
  '2KiB: a wrong byte at %i is a fault of its sector, the others are proven',
  async (at) => {
    const { post, replicas, second } = await setup(2 * KiB);
    flip(second.sealed_file, at);
    expect(await post()).toEqual({
      ...(await post({ replicas: replicas.filter((replica) => replica !== second) })),
      faults: [2],
    });
  },
);

test('8MiB: a wrong byte is found wherever it is', async () => {
  const { post, second } = await setup(8 * MiB, 2);
  for (const at of [0, 5_000_017, 8 * MiB - 1]) {
    flip(second.sealed_file, at);
    expect(await post()).toEqual({ proofs: [expect.any(Array)], faults: [2] });
    flip(second.sealed_file, at);
  }
  expect(await post()).toMatchObject({ faults: [] });
});

describe('is a fault of its sector, not an error', () => {
  test.each<[string, (replica: Replica) => void]>([
    ['a missing file', ({ sealed_file }) => rmSync(sealed_file)],
    ['a file that is too short', ({ sealed_file }) => truncateSync(sealed_file, 2 * KiB - 1)],
    ['a file that is too long', ({ sealed_file }) => appendFileSync(sealed_file, 'x')],
    [
      'a directory in its place',
      ({ sealed_file }) => {
        rmSync(sealed_file);
        mkdirSync(sealed_file);
      },
    ],
    ['a missing tree', ({ cache_dir }) => rmSync(cache_dir, { recursive: true })],
  ])('%s', async (_, spoil) => {
    const { post, second } = await setup(2 * KiB);
    spoil(second);
    expect(await post()).toEqual({ proofs: [expect.any(Array)], faults: [2] });
  });

  test('a damaged tree', async () => {
    const { post, second } = await setup(8 * MiB, 2);
    // The last node below the root: every way up from the first half passes it.
    flip(join(second.cache_dir, cacheFiles.treeR), 2 * 8 * MiB - 2 * 32 - 1);
    expect(await post()).toMatchObject({ faults: [2] });
  });

  test('another CommR than the chain has', async () => {
    const { post, replicas } = await setup(2 * KiB);
    const others = replicas.map((replica, at) => (at === 0 ? { ...replica, comm_r: seed } : replica));
    expect(await post({ replicas: others })).toMatchObject({ faults: [1] });
  });
});

test('with nothing but faults there is still an answer', async () => {
  const { post, replicas } = await setup(2 * KiB);
  for (const { sealed_file } of replicas) rmSync(sealed_file);
  expect(await post()).toEqual({ proofs: [], faults: [1, 2, 3] });
});

test('an abort is no fault of a sector', async () => {
  const { post } = await setup(8 * MiB, 1);
  const stop = new AbortController();
  stop.abort(new Error('stop'));
  await expect(post({}, makeWork(undefined, stop.signal))).rejects.toThrow('stop');
});

test('a proof type nobody knows is a permanent error', async () => {
  const { post } = await setup(2 * KiB, 1);
  await expect(post({ proof_type: 'StackedDrgWinning2KiBV1' })).rejects.toMatchObject({ level: 'permanent' });
  for (const proof_type of ['StackedDrgWindow2KiBV1', 'StackedDrgWindow2KiBV1_2'])
    expect(await post({ proof_type })).toMatchObject({ faults: [] });
});
