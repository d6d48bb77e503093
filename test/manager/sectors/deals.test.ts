/** Deals made from real files. */
import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { mockChain } from '#src/manager/chain.js';
import { packPieces } from '#src/manager/sectors/life.js';
import { Sectors } from '#src/manager/sectors/sectors.js';
import type { FleetStore } from '#src/store/fleet-store.js';
import { openFleetStore } from '#src/store/fleet-store.js';
import { epochMs, filesIn, freshDir, sectorSize, setup, stoppedClock } from '../../tools/manager/setup.js';

const id = { miner: 10000, number: 1 };
const second = { miner: 10000, number: 2 };
const sizesOf = (deals: readonly { PayloadSize: number; Piece: { Size: number } }[] | null) =>
  deals?.map((deal) => [deal.PayloadSize, deal.Piece.Size]);

test('deals are the files, each by its piece CID, padded to a power of two, with an id of its own', async () => {
  const pieces = filesIn({ 'a.txt': 100, 'sub/b.txt': 200, 'c.txt': 500 });
  const { manager } = await setup({ pieces });
  manager.sectors.allocate(null, null);
  const deals = manager.sectors.acquireDeals(id, null, null);
  expect(sizesOf(deals)).toEqual([
    [500, 512],
    [200, 256],
    [100, 128],
  ]);
  expect(new Set(deals?.map((deal) => deal.ID)).size).toBe(3);
  for (const deal of deals ?? []) {
    const cid = deal.Piece.Cid['/'];
    expect(cid).toMatch(/^b/);
    expect(manager.piece(cid)).toMatchObject({ payloadSize: deal.PayloadSize });
  }
});

test('deals are the same when asked again, and no piece goes into two sectors', async () => {
  const { manager } = await setup({ pieces: filesIn({ a: 1000, b: 1001, c: 1002 }) });
  manager.sectors.allocate(null, null);
  manager.sectors.allocate(null, null);
  const first = manager.sectors.acquireDeals(id, null, null);
  expect(manager.sectors.acquireDeals(id, null, null)).toEqual(first);
  const rest = manager.sectors.acquireDeals(second, null, null);
  expect([first?.length, rest?.length]).toEqual([2, 1]);
  expect(manager.sectors.waiting()).toEqual([]);
});

test('MaxDeals and MinUsedSpace are kept; no deals are null', async () => {
  const { manager } = await setup({ pieces: filesIn({ a: 100, b: 101, c: 102 }) });
  manager.sectors.allocate(null, null);
  expect(manager.sectors.acquireDeals(id, null, 385)).toBeNull();
  expect(manager.sectors.acquireDeals(id, 0, null)).toBeNull();
  expect(manager.sectors.waiting()).toHaveLength(3);
  expect(manager.sectors.acquireDeals(id, 2, 256)).toHaveLength(2);
  manager.sectors.allocate(null, null);
  expect(manager.sectors.acquireDeals(second, null, null)).toHaveLength(1);
});

test('packing takes the largest first and never more than fits', () => {
  const piece = (dealId: number, paddedSize: number) => {
    return { dealId, paddedSize, cid: `c${dealId}`, path: '', payloadSize: 1, mtimeMs: 0, sector: null };
  };
  const packed = (...sizes: number[]) =>
    packPieces(
      sizes.map((size, at) => piece(at, size)),
      1024,
      null,
    ).map((chosen) => chosen.paddedSize);
  expect(packed(128, 512, 256)).toEqual([512, 256, 128]);
  expect(packed(1024, 512, 512)).toEqual([1024]);
  expect(packed(2048, 512, 512, 128)).toEqual([512, 512]);
});

test("an aborted sector's pieces become free again, and keep their deal ids", async () => {
  const { manager } = await setup({ pieces: filesIn({ a: 1000, b: 1001 }) });
  manager.sectors.allocate(null, null);
  const deals = manager.sectors.acquireDeals(id, null, null);
  manager.sectors.reportAborted(id, 'lost');
  manager.sectors.allocate(null, null);
  expect(manager.sectors.acquireDeals(second, null, null)).toEqual(deals);
});

test('an abort told twice does not take the pieces from the sector that has them now', async () => {
  const { manager } = await setup({ pieces: filesIn({ a: 1000 }) });
  manager.sectors.allocate(null, null);
  manager.sectors.acquireDeals(id, null, null);
  manager.sectors.reportAborted(id, 'lost');
  manager.sectors.allocate(null, null);
  manager.sectors.acquireDeals(second, null, null);
  manager.sectors.reportAborted(id, 'told again');
  expect(manager.sectors.waiting()).toEqual([]);
  expect(manager.sectors.lives()[0]?.life.abortReason).toBe('lost');
});

test('an abort of a finalized sector frees nothing: its pieces are sealed', async () => {
  const { manager } = await setup({ pieces: filesIn({ a: 1000 }) });
  manager.sectors.allocate(null, null);
  manager.sectors.acquireDeals(id, null, null);
  manager.sectors.reportFinalized(id);
  manager.sectors.reportAborted(id, 'finalized already');
  expect(manager.sectors.waiting()).toEqual([]);
  expect(manager.sectors.lives()[0]?.life).toMatchObject({ state: 'Finished', finalized: true });
});

test('with deals only, a sector is given while a piece waits that no open sector will take', async () => {
  const { manager } = await setup({ onlyWithDeals: true, pieces: filesIn({ a: 1000 }) });
  expect(manager.sectors.allocate(null, null)).not.toBeNull();
  expect(manager.sectors.allocate(null, null)).toBeNull();
  manager.sectors.acquireDeals(id, null, null);
  expect(manager.sectors.allocate(null, null)).toBeNull();
  manager.sectors.reportAborted(id, 'lost');
  expect(manager.sectors.allocate(null, null)).toMatchObject({ ID: { Number: 2 } });
});

test('a sector that was given and never heard of again holds no piece and no place for ever', async () => {
  const { manager, clock } = await setup({ onlyWithDeals: true, limit: 1, pieces: filesIn({ a: 1000 }) });
  expect(manager.sectors.allocate(null, null)).not.toBeNull();
  clock.pass(59_000);
  expect(manager.sectors.allocate(null, null)).toBeNull();
  clock.pass(1000);
  expect(manager.sectors.allocate(null, null)).toMatchObject({ ID: { Number: 2 } });
  manager.sectors.acquireDeals(second, null, null);
  clock.pass(3_600_000);
  expect(manager.sectors.allocate(null, null)).toBeNull();
});

test('a piece of an earlier, larger sector size is no reason to give a sector', async () => {
  const pieces = filesIn({ large: 5000 });
  const { restart } = await setup({ sectorSize: 8 * 2 ** 20, onlyWithDeals: true, pieces });
  const manager = await restart({ sectorSize });
  expect(manager.sectors.waiting()).toEqual([]);
  expect(manager.sectors.allocate(null, null)).toBeNull();
});

test('a fault of the store while deals are kept loses no piece and gives none twice', async () => {
  const { home, manager } = await setup({ pieces: filesIn({ a: 1000 }) });
  await manager.stop();
  const store = openFleetStore(join(home, 'manager.db'));
  onTestFinished(() => store.close());
  let isBroken = false;
  const failing: FleetStore = {
    ...store,
    putSector: (row) => {
      if (isBroken) throw new Error('disk full');
      store.putSector(row);
    },
  };
  const clock = stoppedClock();
  const chain = mockChain(0, epochMs, clock);
  const limits = { miner: 10000, sectorSize, onlyWithDeals: false, limit: 9, pieceRoots: [] };
  const sectors = new Sectors({ store: failing, chain, clock, emit: () => undefined, ...limits });
  sectors.allocate(null, null);
  sectors.allocate(null, null);
  isBroken = true;
  expect(() => sectors.acquireDeals(id, null, null)).toThrow('disk full');
  isBroken = false;
  expect(sectors.acquireDeals(id, null, null)).toHaveLength(1);
  expect(sectors.acquireDeals(second, null, null)).toBeNull();
});

test('files that fit no sector are skipped with one warning; hidden ones without a word', async () => {
  const pieces = filesIn({ fits: 2032, large: 2033, larger: 9000, empty: 0, '.hidden': 5 });
  const { manager, warnings } = await setup({ pieces });
  expect(manager.sectors.waiting().map((piece) => piece.payloadSize)).toEqual([2032]);
  expect(warnings).toEqual([
    expect.stringMatching(/^skipped 3 files that fit no sector of 2048 bytes.*empty$/),
  ]);
});

test('one skipped file is named', async () => {
  const { warnings } = await setup({ pieces: filesIn({ large: 2033 }) });
  expect(warnings).toEqual([expect.stringMatching(/^skipped 1 file that .*large$/)]);
});

test('files that fit give no warning', async () => {
  const { warnings } = await setup({ pieces: filesIn({ a: 1, b: 2032 }) });
  expect(warnings).toEqual([]);
});

test('a directory that cannot be read is refused and named', async () => {
  const pieces = join(freshDir(), 'nowhere');
  await expect(setup({ pieces })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining(pieces),
  });
});

test('a restart knows the files again, takes new ones, and leaves placed pieces placed', async () => {
  const pieces = filesIn({ a: 1000 });
  const { manager, restart } = await setup({ pieces });
  manager.sectors.allocate(null, null);
  const deals = manager.sectors.acquireDeals(id, null, null);
  filesIn({ b: 900 }, pieces);
  utimesSync(join(pieces, 'a'), 1, 1);
  const again = await restart();
  expect(again.sectors.acquireDeals(id, null, null)).toEqual(deals);
  expect(again.sectors.waiting().map((piece) => piece.payloadSize)).toEqual([900]);
});

test('two files with the same bytes are one piece', async () => {
  const { manager } = await setup({ pieces: filesIn({ a: 'same', b: 'same' }) });
  expect(manager.sectors.waiting()).toHaveLength(1);
});

test('a piece whose file went away stays known until it is fetched', async () => {
  const pieces = filesIn({ a: 1000 });
  const { manager, restart } = await setup({ pieces });
  const [cid] = manager.sectors.waiting().map((piece) => piece.cid);
  rmSync(join(pieces, 'a'));
  writeFileSync(join(pieces, 'b'), 'other');
  const again = await restart();
  expect(again.piece(cid ?? '')).toMatchObject({ path: join(pieces, 'a') });
});
