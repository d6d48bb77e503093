/** The job of a window PoSt: proofs and faults over what lies in the attached stores. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SealvisorError } from '#src/protocol/errors.js';
import type { WdPostJob } from '#src/protocol/jobs.js';
import { KiB } from '../tools/sealing/chain.js';
import { lastSaid, sealed, upgraded, wdPostJob } from '../tools/sealing/jobs.js';
import { gives, id, planWorld, type RunOptions } from '../tools/sealing/plan-world.js';

const size = 2 * KiB;
const Accesses = { SealedFile: 'kept', CacheDir: 'kept' };

async function setup() {
  const world = planWorld(size);
  const { CommR } = await sealed(world, size, []);
  const update = await upgraded(world, size, CommR, [await world.piece(500, 512, 1)]);
  const job = wdPostJob(size, [{ SectorId: 2, CommR, Upgrade: false, Accesses }]);
  const post = async (given: WdPostJob, more: RunOptions = {}) => {
    world.said.length = 0;
    const end = await world.run('wdpost', { ...more, service: gives({ wdPost: given }) });
    return { end, told: lastSaid(world, 'wdPoStFinishJob') };
  };
  return { world, job, post, commR: CommR, updated: update.CommR };
}

test('a job is done over the real files, with no current sector, and delivered', async () => {
  const { job, post } = await setup();
  const { end, told } = await post(job);
  expect(end).toMatchObject({ state: 'Finished', sector: null });
  expect(told).toEqual(['job-1', { proofs: [expect.any(Array)], faults: [] }, '']);
});

test('an upgraded sector is proven over its upgrade', async () => {
  const { post, updated, world } = await setup();
  const job = wdPostJob(size, [{ SectorId: 2, CommR: updated, Upgrade: true, Accesses }]);
  expect((await post(job)).told[1]).toMatchObject({ faults: [] });
  rmSync(join(world.stores[0]?.location ?? '', 'update', id));
  expect((await post(job)).told[1]).toEqual({ proofs: [], faults: [2] });
});

test('a missing file is a fault of its sector, and the rest is proven', async () => {
  const { job, post } = await setup();
  const [known] = job.Input.Sectors;
  if (!known) throw new Error('no sector');
  const Sectors = [known, { ...known, SectorId: 3 }];
  const { told } = await post({ ...job, Input: { ...job.Input, Sectors } });
  expect(told).toEqual(['job-1', { proofs: [expect.any(Array)], faults: [3] }, '']);
});

test.each<[string, Partial<WdPostJob['Input']>, RegExp]>([
  ['a proof nobody knows', { ProofType: 'StackedDrgWindow3KiBV1_1' }, /unknown proof/],
  [
    'a winning proof',
    { ProofType: 'StackedDrgWinning2KiBV1' },
    /asks for a winning proof \(StackedDrgWinning2KiBV1\)/,
  ],
  [
    'a store that is not attached',
    { Sectors: [{ SectorId: 2, CommR: [], Upgrade: false, Accesses: { ...Accesses, CacheDir: 'x' } }] },
    /no store x is attached/,
  ],
])('%s: the job is handed back with the reason, at once', async (_, input, words) => {
  const { job, post } = await setup();
  const { end, told } = await post({ ...job, Input: { ...job.Input, ...input } });
  expect(told).toEqual(['job-1', null, expect.stringMatching(words)]);
  expect(end.state).toBe('Finished');
});

test('a job that is aborted is returned with the reason', async () => {
  const { job, world } = await setup();
  const from = await world.run('wdpost', { service: gives({ wdPost: job }), until: 'Allocated' });
  const outputs = { ...from.outputs, abortReason: 'set Aborted by alice' };
  await world.run('wdpost', { from: { ...from, state: 'Aborted', outputs } });
  expect(lastSaid(world, 'wdPoStFinishJob')).toEqual(['job-1', null, 'set Aborted by alice']);
});

test('a job that the manager has cancelled is dropped without a report', async () => {
  const { job, world } = await setup();
  const from = await world.run('wdpost', { service: gives({ wdPost: job }), until: 'Allocated' });
  const refused = async () => {
    throw new SealvisorError('remote_error', 'job-1 is another worker’s now', { data: { rpcCode: -32602 } });
  };
  await world.run('wdpost', {
    from: { ...from, state: 'Aborted' },
    service: { wdPoStHeartbeatJobs: refused },
  });
  expect(world.said.map(({ call }) => call)).not.toContain('wdPoStFinishJob');
});

test('a proof that comes too late for a cancelled job ends the job', async () => {
  const { job, world } = await setup();
  const refused = async () => {
    throw new SealvisorError('remote_error', 'job-1 was cancelled', { data: { rpcCode: -32602 } });
  };
  await expect(
    world.run('wdpost', { service: { ...gives({ wdPost: job }), wdPoStFinishJob: refused } }),
  ).rejects.toMatchObject({ level: 'abort', message: 'job-1 was cancelled' });
});

test('one job is asked for, of the sizes and miners that the thread may do', async () => {
  const { world } = await setup();
  const asked: unknown[] = [];
  const service = {
    wdPoStAllocateJobs: async (...args: unknown[]) => {
      asked.push(args);
      return [];
    },
  };
  await world.run('wdpost', { service, settings: { allowedMiners: [10000], allowedSizes: [size] } });
  expect(asked).toEqual([
    [
      { AllowedMiners: [10000], AllowedProofTypes: ['StackedDrgWindow2KiBV1_2', 'StackedDrgWindow2KiBV1_1'] },
      1,
      'w1',
    ],
  ]);
});
