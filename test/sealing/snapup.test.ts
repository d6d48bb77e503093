/** Jobs of an upgrade that cannot be done, and answers to its proof. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SnapUpJob } from '#src/protocol/jobs.js';
import { KiB } from '../tools/sealing/chain.js';
import { keptFiles, leftIn, sealed, snapUpJob } from '../tools/sealing/jobs.js';
import { gives, id, planWorld, type RunOptions } from '../tools/sealing/plan-world.js';

const size = 2 * KiB;

async function setup(own: readonly (readonly [number, number])[] = []) {
  const world = planWorld(size);
  const deals = [];
  for (const [length, padded] of own) deals.push(await world.piece(length, padded, 9));
  const { CommR } = await sealed(world, size, deals);
  const deal = await world.piece(500, 512, 1);
  const job = snapUpJob(size, CommR, [deal]);
  const snapUp = (facts: Partial<SnapUpJob> = {}, more: RunOptions = {}) =>
    world.run('snapup', {
      ...more,
      service: { ...gives({ snapUp: { ...job, ...facts } }), ...more.service },
    });
  return { world, job, deal, snapUp };
}

test('no job leaves the thread idle', async () => {
  const world = planWorld(size);
  expect(await world.run('snapup', { service: gives({}) })).toMatchObject({ state: 'Empty', sector: null });
});

test('pieces are asked for as the thread is set, sectors too', async () => {
  const { world } = await setup();
  const asked: unknown[] = [];
  await world.run('snapup', {
    settings: { allowedMiners: [10000], allowedSizes: [size], maxDeals: 3, minDealSpace: 512 },
    service: {
      allocateSnapUpSector: async (spec) => {
        asked.push(spec);
        return null;
      },
    },
  });
  expect(asked).toEqual([
    {
      Sector: { AllowedMiners: [10000], AllowedProofTypes: [5, 10, 15] },
      Deals: { MaxDeals: 3, MinUsedSpace: 512 },
    },
  ]);
});

describe('gives the sector up, which the manager is told by name', () => {
  test.each<[string, Partial<SnapUpJob>, string]>([
    ['without pieces', { Pieces: [] }, 'without pieces'],
    ['without a store', { Private: { AccessInstance: '' } }, 'which store'],
  ])('a job %s', async (_, facts, words) => {
    const { snapUp, world } = await setup();
    await expect(snapUp(facts)).rejects.toMatchObject({
      level: 'abort',
      message: expect.stringContaining(words),
    });
    const lost = await snapUp(facts, { until: 'Allocated' });
    await world.run('snapup', {
      from: { ...lost, state: 'Aborted', outputs: { ...lost.outputs, abortReason: words } },
    });
    expect(world.said.at(-1)).toEqual({
      call: 'reportAborted',
      args: [expect.objectContaining({ id }), words],
    });
  });
});

describe('ends the job with its reason, before hours are spent, so that the next sector is upgraded', () => {
  test('a sector that is not the one the chain knows', async () => {
    const { snapUp } = await setup();
    await expect(snapUp({ Public: { CommR: new Array<number>(32).fill(1) } })).rejects.toMatchObject({
      level: 'abort',
      message: expect.stringContaining('is not the sector that is to be upgraded'),
    });
  });

  test('a sector with pieces in it: they would be lost', async () => {
    const { snapUp, world } = await setup([[100, 128]]);
    const before = keptFiles(world);
    await expect(snapUp()).rejects.toMatchObject({
      level: 'abort',
      message: expect.stringContaining('sealed with pieces in it'),
    });
    expect(keptFiles(world)).toEqual(before);
  });

  test('a sector whose files are gone', async () => {
    const { snapUp, world } = await setup();
    rmSync(join(world.stores[0]?.location ?? '', 'cache', id), { recursive: true });
    await expect(snapUp()).rejects.toMatchObject({
      level: 'abort',
      message: expect.stringContaining('sealvisor.json cannot be read'),
    });
  });
});

describe('is a permanent error', () => {
  test('a store that is not attached; those that are attached are named', async () => {
    const { snapUp } = await setup();
    await expect(snapUp({ Private: { AccessInstance: 'elsewhere' } })).rejects.toMatchObject({
      level: 'permanent',
      message: expect.stringMatching(/no store elsewhere is attached here \(kept\)/),
    });
  });

  test.each(['', '..', '../secret'])('a CID that is none, %j: it is looked for nowhere', async (cid) => {
    const { snapUp, world, deal } = await setup();
    writeFileSync(join(world.piecesDir, '..', 'secret'), deal.bytes);
    const wrong = { ...deal, Piece: { ...deal.Piece, Cid: { '/': cid } } };
    await expect(snapUp({ Pieces: [wrong] })).rejects.toMatchObject({
      level: 'permanent',
      message: `${cid} is not a valid piece CID: it must begin with baga6ea4seaq`,
    });
    expect(world.said.map(({ call }) => call)).not.toContain('pieceSource');
  });

  test('a piece that is another than its CID says', async () => {
    const { snapUp, world, deal } = await setup();
    const other = await world.piece(500, 512, 2);
    const spoilt = { ...deal, Piece: { ...deal.Piece, Cid: other.Piece.Cid } };
    rmSync(join(world.piecesDir, other.Piece.Cid['/']));
    writeFileSync(join(world.piecesDir, other.Piece.Cid['/']), deal.bytes);
    await expect(snapUp({ Pieces: [spoilt] })).rejects.toMatchObject({
      level: 'permanent',
      message: expect.stringContaining('another commitment'),
    });
  });
});

describe('the proof that is answered', () => {
  test.each([
    [3, 'abort'],
    [4, 'abort'],
    [9, 'permanent'],
  ])('%i is %s', async (Res, level) => {
    const { snapUp } = await setup();
    const service = { submitSnapUpProof: async () => ({ Res, Desc: 'why not' }) };
    await expect(snapUp({}, { service })).rejects.toMatchObject({
      level,
      message: expect.stringContaining('why not'),
    });
  });

  test.each([
    ['CommR', 1, { CommR: Array.from({ length: 32 }, () => 7) }],
    ['CommD', 2, { CommD: Array.from({ length: 32 }, () => 8) }],
    ['sha256 of the proof', 1, { ProofSha256: '07'.repeat(32) }],
  ])(
    '%s of another upgrade on chain pauses the thread, with both values (answer %i)',
    async (what, Res, OnChain) => {
      const { snapUp } = await setup();
      const service = { submitSnapUpProof: async () => ({ Res, Desc: null, OnChain }) };
      await expect(snapUp({}, { service })).rejects.toMatchObject({
        level: 'permanent',
        message: expect.stringMatching(
          new RegExp(`on chain.*: the ${what} there is (0[78])+, this thread's is [0-9a-f]{64}`),
        ),
      });
    },
  );

  test('its own upgrade on chain is the end', async () => {
    const { snapUp } = await setup();
    const service: RunOptions['service'] = {
      submitSnapUpProof: async (_, { CommR, CommD }) => ({ Res: 2, Desc: null, OnChain: { CommR, CommD } }),
    };
    expect(await snapUp({}, { service })).toMatchObject({ state: 'Finished' });
  });

  test('5 (files missed) sends the sector back to be persisted, and it ends well', async () => {
    const { snapUp, world } = await setup();
    const states: string[] = [];
    let asked = 0;
    const end = await snapUp(
      {},
      {
        onRecord: ({ state }) => states.push(state),
        service: {
          submitSnapUpProof: async () => {
            asked += 1;
            if (asked > 1) return { Res: 2, Desc: null };
            rmSync(join(world.stores[0]?.location ?? '', 'update'), { recursive: true });
            return { Res: 5, Desc: null };
          },
        },
      },
    );
    expect(states.slice(5)).toEqual(['SnapProved', 'Persisted', 'SnapProved', 'Persisted', 'Finished']);
    expect(end.state).toBe('Finished');
    expect([...keptFiles(world).keys()]).toContain(`update/${id}`);
    expect(leftIn(world)).toEqual([]);
  });
});
