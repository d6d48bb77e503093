/** A sector that somebody else's processors sealed: ours refuse it in plain words, theirs are not asked about its files. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commDOf, foreignKeptFiles, runTask } from '#src/sealing/builtin/index.js';
import { hasSectorFile } from '#src/sealing/plan-files.js';
import { sectorFiles } from '#src/sealing/sector-files.js';
import type { StageContext } from '#src/sealing/stage.js';
import { KiB, makeWork } from '../tools/sealing/chain.js';
import {
  keptFiles,
  lastSaid,
  rebuildJob,
  sealed,
  snapUpJob,
  unsealJob,
  wdPostJob,
} from '../tools/sealing/jobs.js';
import { gives, id, planWorld } from '../tools/sealing/plan-world.js';

const size = 2 * KiB;
const foreignAux = Buffer.alloc(64, 7);

type Process = StageContext['process'];
/** Somebody's programs for some stages, by name; ours do the rest. */
const by = (theirs: Readonly<Record<string, (task: never) => unknown>>): Process =>
  // Each gives what its stage has to give.
  (async (stage, task) => theirs[stage]?.(task as never) ?? runTask(stage, task, makeWork())) as Process;

async function setup(pieces = true) {
  const world = planWorld(size);
  const deal = await world.piece(400, 512, 1);
  const { CommD, CommR } = await sealed(world, size, pieces ? [deal] : []);
  world.said.length = 0;
  const kept = world.stores[0]?.location ?? '';
  const cache = join(kept, 'cache', id);
  rmSync(join(cache, 'sealvisor.json'));
  writeFileSync(join(cache, 'p_aux'), foreignAux);
  // Upstream notes nothing of what it keeps.
  rmSync(join(cache, 'sealvisor-digests.json'));
  const Accesses = { SealedFile: 'kept', CacheDir: 'kept' };
  const post = wdPostJob(size, [{ SectorId: 2, CommR, Upgrade: false, Accesses }]);
  return { world, deal, CommD, CommR, kept, post };
}

test('our window_post gives up no power for it: the job is returned with what to configure', async () => {
  const { world, post } = await setup();
  await world.run('wdpost', { service: gives({ wdPost: post }) });
  expect(lastSaid(world, 'wdPoStFinishJob')).toEqual([
    'job-1',
    null,
    expect.stringMatching(/sector 2: .*p_aux was not written by our own.*\[\[processors\.window_post\]\]/),
  ]);
});

test('a window_post of theirs is given paths, and nobody looks into the files', async () => {
  const { world, post, kept } = await setup();
  rmSync(kept, { recursive: true });
  const output = { proofs: [[1]], faults: [] };
  await world.run('wdpost', { service: gives({ wdPost: post }), process: by({ window_post: () => output }) });
  expect(lastSaid(world, 'wdPoStFinishJob')).toEqual(['job-1', output, '']);
});

test('our unseal refuses it; a piece that theirs takes out is compared with its CID', async () => {
  const { world, deal, CommD } = await setup();
  const service = gives({ unseal: unsealJob(size, deal, 0, CommD), dests: [] });
  const run = (process?: Process) =>
    world.run('unseal', { service, until: 'Unsealed', ...(process && { process }) });
  await expect(run()).rejects.toMatchObject({
    level: 'permanent',
    message: expect.stringContaining('[[processors.unseal]]'),
  });
  const writes = (bytes: Uint8Array) =>
    by({
      unseal: ({ unsealed_output, num_bytes }: { unsealed_output: string; num_bytes: number }) => {
        const out = Buffer.alloc(num_bytes);
        out.set(bytes);
        writeFileSync(unsealed_output, out);
        return num_bytes;
      },
    });
  await expect(run(writes(Buffer.alloc(400, 1)))).rejects.toMatchObject({
    message: expect.stringContaining(deal.Piece.Cid['/']),
  });
  expect(await run(writes(deal.bytes))).toMatchObject({ state: 'Unsealed' });
});

test('its upgrade is refused before hours are spent on what could not be proven', async () => {
  const { world, deal, CommR } = await setup(false);
  const asked: string[] = [];
  const process = by({ snap_encode: () => asked.push('snap_encode') });
  const service = gives({ snapUp: snapUpJob(size, CommR, [deal]) });
  await expect(world.run('snapup', { service, process })).rejects.toMatchObject({
    level: 'abort',
    message: expect.stringContaining('its upgrade cannot be proven here'),
  });
  expect(asked).toEqual([]);
});

test('what their pc1 and pc2 made again is compared by CommR, and not without one', async () => {
  const world = planWorld(size);
  const commR = Buffer.alloc(32, 5).toJSON().data;
  const commD = [...commDOf([], size)];
  const process = by({
    pc1: () => 'phase1',
    pc2: ({ cache_dir, sealed_file }: { cache_dir: string; sealed_file: string }) => {
      writeFileSync(join(cache_dir, 'p_aux'), foreignAux);
      writeFileSync(sealed_file, Buffer.alloc(size, 1));
      return { registered_proof: 'StackedDrg2KiBV1_1', comm_r: commR, comm_d: commD };
    },
  });
  const run = (CommR: number[] | null) =>
    world.run('rebuild', { service: gives({ rebuild: rebuildJob(size, [], { CommR } as never) }), process });
  await expect(run(null)).rejects.toMatchObject({ message: expect.stringContaining('SealedChecked') });
  await expect(run(new Array<number>(32).fill(6))).rejects.toMatchObject({
    message: expect.stringContaining('the lost one had'),
  });
  expect(await run(commR)).toMatchObject({ state: 'Finished' });
  expect([...keptFiles(world).keys()]).toEqual([
    `cache/${id}/p_aux`,
    `cache/${id}/sealvisor-digests.json`,
    `sealed/${id}`,
  ]);
});

test('our c2 refuses what their c1 made, and our pc2 what their pc1 made', async () => {
  const miner = { prover_id: [], sector_id: 1, miner_id: 1000 };
  await expect(runTask('c2', { c1out: 'phase2', ...miner }, makeWork())).rejects.toMatchObject({
    level: 'permanent',
    message: expect.stringContaining('[[processors.c2]]'),
  });
  const task = { pc1out: 'phase1', cache_dir: '/none', sealed_file: '/none' };
  await expect(runTask('pc2', task, makeWork())).rejects.toMatchObject({
    level: 'permanent',
    message: expect.stringContaining('use its pc2 too'),
  });
});

test('our c1 refuses the sector, and names the table', async () => {
  const { kept } = await setup();
  const task = {
    registered_proof: 'StackedDrg2KiBV1_1',
    cache_dir: join(kept, 'cache', id),
    sealed_file: '/none',
  };
  const of = { prover_id: [], sector_id: 1, ticket: [], seed: [], piece_infos: [] };
  const pc2out = { registered_proof: task.registered_proof, comm_r: [], comm_d: [] };
  await expect(runTask('c1', { ...task, ...of, pc2out }, makeWork())).rejects.toMatchObject({
    level: 'permanent',
    message: expect.stringContaining('[[processors.c1]]'),
  });
});

test('labels are asked for only where our own pc1 made them', () => {
  const { location } = planWorld(size);
  const has = (pc1: unknown) => hasSectorFile(sectorFiles(location, id), 'layers', { pc1 });
  expect(existsSync(sectorFiles(location, id).cacheDir)).toBe(false);
  expect(has('phase1')).toBe(true);
  expect(has({ putAside: 'pc1.json', bytes: 50_000_000 })).toBe(true);
  expect(has({ replicaId: [], staged_file: '' })).toBe(false);
  expect(has(undefined)).toBe(false);
});

test('the tree of 32GiB is kept in 8 parts, of 64GiB in 16, of smaller sectors whole', () => {
  const trees = (bytes: number) => foreignKeptFiles(bytes).filter((name) => name.includes('tree'));
  expect(trees(512 * KiB * KiB)).toEqual(['sc-02-data-tree-r-last.dat']);
  expect(trees(32 * KiB ** 3)).toHaveLength(8);
  expect(trees(64 * KiB ** 3)).toHaveLength(16);
  expect(trees(64 * KiB ** 3).at(-1)).toBe('sc-02-data-tree-r-last-15.dat');
});
