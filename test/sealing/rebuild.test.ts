/** Jobs of a rebuild that cannot be done, and sectors that come out as others. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RebuildJob } from '#src/protocol/jobs.js';
import { KiB } from '../tools/sealing/chain.js';
import { keptFiles, lose, rebuildJob, sealed, upgraded, upgradedAs } from '../tools/sealing/jobs.js';
import { gives, planWorld, type RunOptions } from '../tools/sealing/plan-world.js';

const size = 2 * KiB;
const other = new Array<number>(32).fill(1);

const failed = (thrown: Error) => thrown;

async function setup() {
  const world = planWorld(size);
  const { CommR } = await sealed(world, size, []);
  const deal = await world.piece(500, 512, 1);
  const update = await upgraded(world, size, CommR, [deal]);
  lose(world);
  const rebuild = (facts: Partial<RebuildJob>, more: RunOptions = {}) =>
    world.run('rebuild', {
      ...more,
      service: { ...gives({ rebuild: rebuildJob(size, [deal], facts) }), ...more.service },
    });
  return { world, CommR, update, rebuild };
}

describe('of an upgraded sector, a job gives the sector up', () => {
  test.each<[string, Partial<RebuildJob>, RegExp]>([
    ['without a CommR', { IsSnapUp: true, UpgradePublic: null }, /without its CommR/],
    ['without pieces', { IsSnapUp: true, UpgradePublic: { CommR: other }, Pieces: [] }, /without pieces/],
  ])('%s', async (_, facts, message) => {
    const { rebuild } = await setup();
    await expect(rebuild(facts)).rejects.toMatchObject({
      level: 'abort',
      message: expect.stringMatching(message),
    });
  });
});

describe('nothing is persisted, and both CommR are told, when', () => {
  test('the sealed sector is another', async () => {
    const { rebuild, world, CommR } = await setup();
    await expect(rebuild({ CommR, Pieces: [] }, { until: 'SealedChecked' })).resolves.toMatchObject({
      outputs: { checked: true, upgrade: null },
    });
    await expect(rebuild({ CommR: other, Pieces: [] })).rejects.toMatchObject({
      level: 'permanent',
      message: expect.stringMatching(/CommR [0-9a-f]{64}, the lost one had (01){32}: its ticket or pieces/),
    });
    expect(keptFiles(world).size).toBe(0);
  });

  test('it was made with another ticket', async () => {
    const { rebuild, CommR } = await setup();
    const Ticket = { Ticket: Buffer.alloc(32, 5).toString('base64'), Epoch: 1 };
    await expect(rebuild({ CommR, Pieces: [], Ticket })).rejects.toMatchObject({ level: 'permanent' });
  });

  test('the upgraded sector is another', async () => {
    const { rebuild, world, CommR } = await setup();
    await expect(rebuild(upgradedAs(CommR, other))).rejects.toMatchObject({
      level: 'permanent',
      message: expect.stringContaining('the upgraded sector comes out with CommR'),
    });
    expect(keptFiles(world).size).toBe(0);
  });
});

test('what lies on the disk is checked: a layer changed behind PC2 is a permanent error', async () => {
  const { rebuild, world, CommR } = await setup();
  const at = await rebuild({ CommR, Pieces: [] }, { until: 'PC2Done' });
  const cache = join(world.location, 'sectors', 's-t010000-2', 'cache');
  writeFileSync(join(cache, 'sc-02-data-layer-2.dat'), Buffer.alloc(size, 7));
  await expect(world.run('rebuild', { from: at })).rejects.toMatchObject({
    level: 'permanent',
    message: expect.stringContaining('sc-02-data-layer-2.dat has the digest'),
  });
});

test('an upstream manager says what was upgraded, not what came of it: that is compared, and the sector is made again', async () => {
  const { rebuild, CommR, update, world } = await setup();
  const upstreams = { IsSnapUp: true, UpgradePublic: { CommR } };
  expect(
    (await rebuild({ ...upstreams, UpgradePublic: { CommR: other } }).then(() => null, failed))?.message,
  ).toMatch(/the sealed sector comes out with CommR [0-9a-f]{64}, the lost one had (01){32}/);
  expect(keptFiles(world).size).toBe(0);
  const { state, outputs } = await rebuild(upstreams);
  expect(state).toBe('Finished');
  expect(outputs.snap_encode).toMatchObject({ comm_r_new: update.CommR });
});

test('a job of an upstream manager that an earlier version was given goes on: what was upgraded stands there as what came of it', async () => {
  const { rebuild, world, CommR } = await setup();
  const job = { IsSnapUp: true, UpgradePublic: { CommR } };
  const given = await rebuild(job, { until: 'Allocated' });
  const upgrade = { ...(given.outputs.upgrade as object), commR: CommR };
  const earlier = { ...given, outputs: { ...given.outputs, upgrade, comm_r: null } };
  expect((await world.run('rebuild', { from: earlier })).state).toBe('Finished');
});

test('a manager of 0.1.0, which names there what came of it, is understood', async () => {
  const { rebuild, CommR, update } = await setup();
  const older = { IsSnapUp: true, CommR, UpgradePublic: { CommR: update.CommR } };
  expect((await rebuild(older)).state).toBe('Finished');
  const failure = await rebuild({ ...older, UpgradePublic: { CommR: other } }).then(() => null, failed);
  expect(failure?.message).toContain('the upgraded sector comes out with CommR');
});

test('a store where the manager does not find the files is a permanent error', async () => {
  const { rebuild, CommR } = await setup();
  const service = { submitPersisted: async () => false };
  await expect(rebuild({ CommR, Pieces: [] }, { service })).rejects.toMatchObject({
    level: 'permanent',
    message: expect.stringContaining('does not find'),
  });
});
