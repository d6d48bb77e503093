/** Upgrades: asked for, given, handed in. */

import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { mockChain } from '#src/manager/chain.js';
import { Sectors } from '#src/manager/sectors/sectors.js';
import { type FleetStore, openFleetStore } from '#src/store/fleet-store.js';
import {
  anything,
  bytesOf,
  finish,
  first,
  never,
  piecesOf,
  proofOf,
  refusal,
  reportOf,
  second,
  setup,
  upgrade,
} from '../../tools/manager/jobs-setup.js';
import { epochMs, filesIn, freshDir, sectorSize, stoppedClock } from '../../tools/manager/setup.js';

test('an upgrade is given with the pieces of its directory, the CommR of the sector and the store that has it', async () => {
  const { jobs } = await setup();
  const reply = await jobs.addSnapUp(
    first,
    { pieces: piecesOf(100, 900), by: 'alice', reason: 'deal 42' },
    never,
  );
  expect(reply).toMatchObject({
    changed: true,
    message: 'snapup-1: sector s-t010000-1 is to be upgraded with 2 pieces',
    jobs: [{ id: 'snapup-1', state: 'waiting', asked: { by: 'alice', reason: 'deal 42' } }],
  });
  expect(jobs.snapUp.allocate(anything)).toEqual({
    Sector: { ID: { Miner: 10000, Number: 1 }, ProofType: 5 },
    Pieces: [
      { ID: expect.any(Number), PayloadSize: 900, Piece: { Size: 1024, Cid: { '/': expect.any(String) } } },
      { ID: expect.any(Number), PayloadSize: 100, Piece: { Size: 128, Cid: { '/': expect.any(String) } } },
    ],
    Public: { CommR: bytesOf(1) },
    Private: { AccessInstance: 's1' },
  });
  expect(jobs.snapUp.allocate(anything)).toBeNull();
});

test('one that is handed in upgrades the sector for good; told again it is the same', async () => {
  const { jobs, sectors, restart } = await setup();
  const job = await upgrade(sectors, first, piecesOf(100));
  const after = (await restart()).sectors;
  expect(after.view(first)).toMatchObject({
    isUpgraded: true,
    deals: 1,
    persistedIn: 's2',
    finalized: true,
    state: 'Finished',
    job: null,
  });
  expect(after.jobs.view('snapup-1')).toMatchObject({
    state: 'done',
    isHeld: false,
    result: 'upgraded with 1 piece',
  });
  expect(after.jobs.snapUp.submit(first, proofOf(job))).toEqual({ Res: 2, Desc: null });
  expect(after.jobs.snapUp.submit(first, proofOf(job, { CommR: bytesOf(9) }))).toMatchObject({ Res: 3 });
  expect(jobs).not.toBe(after.jobs);
});

test.each([
  ['an empty proof is rejected', { Proof: '' }, 4, 'empty'],
  ['other pieces are a mismatch', { Pieces: [{ '/': 'baga' }] }, 3, 'is to hold baga'],
  ['none of the pieces are a mismatch', { Pieces: [] }, 3, 'is to hold baga'],
  ['files in another store than was named are missed', { AccessInstance: 's9' }, 5, 'looked for in store s3'],
  ['files in no store are missed', { AccessInstance: '' }, 5, 'looked for in store s3'],
])('%s', async (_, facts, Res, words) => {
  const { jobs, sectors } = await setup();
  await jobs.addSnapUp(first, { pieces: piecesOf(100) }, never);
  const job = jobs.snapUp.allocate(anything);
  expect(jobs.reserveSpace(first, ['s3', 's4'])).toMatchObject({ Name: 's3' });
  const proof = proofOf(job, { AccessInstance: 's3', ...facts });
  expect(jobs.snapUp.submit(first, proof)).toEqual({ Res, Desc: expect.stringContaining(words) });
  expect(sectors.view(first).isUpgraded).toBe(false);
  expect(jobs.snapUp.submit(first, proofOf(job, { AccessInstance: 's3' })).Res).toBe(1);
});

test('persisted again elsewhere, the files are looked for there', async () => {
  const { jobs } = await setup();
  await jobs.addSnapUp(first, { pieces: piecesOf(100) }, never);
  const job = jobs.snapUp.allocate(anything);
  jobs.reserveSpace(first, ['s3']);
  jobs.reserveSpace(first, ['s4', 's3']);
  expect(jobs.snapUp.submit(first, proofOf(job, { AccessInstance: 's3' })).Res).toBe(5);
  expect(jobs.snapUp.submit(first, proofOf(job, { AccessInstance: 's4' })).Res).toBe(1);
});

test('a fault of the store while it is handed in leaves sector and job as they were', async () => {
  const { home, manager } = await setup();
  await manager.stop();
  const store = openFleetStore(join(home, 'manager.db'));
  onTestFinished(() => store.close());
  let isBroken = false;
  const putJob: FleetStore['putJob'] = (row) => {
    if (isBroken) throw new Error('disk full');
    store.putJob(row);
  };
  const clock = stoppedClock();
  const limits = { miner: 10000, sectorSize, onlyWithDeals: false, limit: 9, pieceRoots: [tmpdir()] };
  const sectors = new Sectors({
    store: { ...store, putJob },
    chain: mockChain(0, epochMs, clock),
    clock,
    emit: () => undefined,
    ...limits,
  });
  const { jobs } = sectors;
  await jobs.addSnapUp(first, { pieces: piecesOf(100) }, never);
  const job = jobs.snapUp.allocate(anything);
  isBroken = true;
  expect(() => jobs.snapUp.submit(first, proofOf(job))).toThrow('disk full');
  isBroken = false;
  expect(sectors.view(first).isUpgraded).toBe(false);
  expect(jobs.snapUp.submit(first, proofOf(job)).Res).toBe(1);
});

test('nothing can be handed in that nobody asked for', async () => {
  const { jobs } = await setup();
  expect(jobs.snapUp.submit(first, proofOf(null))).toEqual({
    Res: 4,
    Desc: 'no upgrade of this sector is in progress',
  });
  expect(() => jobs.snapUp.submit(second, proofOf(null))).toThrow(refusal('sector_not_found', 's-t010000-2'));
});

test('an upgrade that is aborted leaves the sector as it was, and its pieces to another', async () => {
  const { jobs, sectors } = await setup({ finished: 2 });
  const pieces = piecesOf(100);
  await jobs.addSnapUp(first, { pieces }, never);
  const job = jobs.snapUp.allocate(anything);
  sectors.reportState(first, reportOf('PieceAdded'));
  sectors.reportAborted(first, 'the replica is damaged');
  expect(jobs.view('snapup-1')).toMatchObject({
    state: 'aborted',
    isHeld: false,
    error: { by: 'w1', reason: 'the replica is damaged' },
  });
  expect(sectors.view(first)).toMatchObject({
    state: 'Finished',
    finalized: true,
    abort: null,
    persistedIn: 's1',
  });
  await jobs.addSnapUp(second, { pieces }, never);
  expect(jobs.snapUp.allocate(anything)?.Pieces).toEqual(job?.Pieces);
});

test('one that is taken back frees its pieces, also while its worker has it in hand', async () => {
  const { jobs, sectors } = await setup({ finished: 2 });
  const pieces = piecesOf(100);
  await jobs.addSnapUp(first, { pieces }, never);
  jobs.snapUp.allocate(anything);
  sectors.reportState(first, reportOf('Allocated'));
  jobs.cancel('snapup-1', {});
  expect((await jobs.addSnapUp(second, { pieces }, never)).changed).toBe(true);
});

test('its pieces are no sealer’s, also over a restart and when it was aborted', async () => {
  const { jobs, sectors, restart } = await setup();
  await jobs.addSnapUp(first, { pieces: piecesOf(100) }, never);
  expect(sectors.waiting()).toEqual([]);
  jobs.snapUp.allocate(anything);
  sectors.reportAborted(first, 'lost');
  const again = (await restart()).sectors;
  expect(again.waiting()).toEqual([]);
  again.allocate(null, null);
  expect(again.acquireDeals(second, null, null)).toBeNull();
});

test('a piece that waited for a sealer is the upgrade’s while that is wanted, and waits again behind it', async () => {
  const pieces = piecesOf(100);
  const { jobs, sectors } = await setup({ pieces });
  const waiting = sectors.waiting();
  expect(waiting).toHaveLength(1);
  await jobs.addSnapUp(first, { pieces }, never);
  expect(sectors.waiting()).toEqual([]);
  jobs.cancel('snapup-1', {});
  expect(sectors.waiting()).toEqual(waiting);
});

test('a worker that wants more pieces, or fewer, is not given it', async () => {
  const { jobs } = await setup();
  await jobs.addSnapUp(first, { pieces: piecesOf(100, 101) }, never);
  const wants = (MaxDeals: number | null, MinUsedSpace: number | null) =>
    jobs.snapUp.allocate({ ...anything, Deals: { MaxDeals, MinUsedSpace } });
  expect(wants(1, null)).toBeNull();
  expect(wants(null, 257)).toBeNull();
  expect(wants(2, 256)).not.toBeNull();
});

test.each([
  ['sealed with deals', { withDeals: true }, 'was sealed with deals'],
  ['not finished', { finished: 0 }, 'is not finished: it is at Allocated'],
])('a sector %s cannot be upgraded', async (_, options, words) => {
  const { jobs, sectors } = await setup({ pieces: piecesOf(500), ...options });
  if ('finished' in options) sectors.allocate(null, null);
  const wish = jobs.addSnapUp(first, { pieces: piecesOf(100) }, never);
  await expect(wish).rejects.toThrow(refusal('state_not_possible', words));
  expect(jobs.list()).toEqual([]);
});

test('a sector that is unknown, given up, upgraded already, or has a job cannot be upgraded', async () => {
  const { jobs, sectors } = await setup();
  const pieces = piecesOf(100);
  const wish = (id = first) => jobs.addSnapUp(id, { pieces }, never);
  await expect(wish(second)).rejects.toThrow(refusal('sector_not_found', 's-t010000-2 was never allocated'));
  sectors.allocate(null, null);
  sectors.abort(second, { reason: 'disk lost' });
  await expect(wish(second)).rejects.toThrow(refusal('state_not_possible', 'was aborted: disk lost'));
  await wish();
  await expect(wish()).rejects.toThrow(refusal('state_not_possible', 'has a job that is not over: snapup-1'));
  jobs.cancel('snapup-1', {});
  await upgrade(sectors, first, pieces);
  await expect(wish()).rejects.toThrow(refusal('state_not_possible', 'is upgraded already'));
});

test('an upgrade without pieces is refused', async () => {
  const { jobs } = await setup();
  const pieces = freshDir();
  await expect(jobs.addSnapUp(first, { pieces }, never)).rejects.toThrow(
    refusal('usage', `there is no piece in ${pieces}`),
  );
  const nowhere = join(pieces, 'nowhere');
  await expect(jobs.addSnapUp(first, { pieces: nowhere }, never)).rejects.toThrow(refusal('usage', nowhere));
  expect(jobs.list()).toEqual([]);
});

test('pieces that do not fit one sector are refused by name', async () => {
  const { jobs } = await setup();
  const together = filesIn({ a: 2000, b: 500 });
  await expect(jobs.addSnapUp(first, { pieces: together }, never)).rejects.toThrow(
    refusal('usage', `without ${join(together, 'b')} they would`),
  );
  const alone = filesIn({ fits: 100, large: 2033, empty: 0 });
  const names = `${join(alone, 'empty')}, ${join(alone, 'large')}`;
  await expect(jobs.addSnapUp(first, { pieces: alone }, never)).rejects.toThrow(refusal('usage', names));
  expect(jobs.list()).toEqual([]);
});

test('a piece that a sector or another upgrade has is refused by name', async () => {
  const { jobs, sectors } = await setup({ finished: 2 });
  const pieces = piecesOf(100);
  await jobs.addSnapUp(first, { pieces }, never);
  const wish = () => jobs.addSnapUp(second, { pieces }, never);
  const taken = refusal('usage', `${join(pieces, 'piece-0')}: another sector or job has it`);
  await expect(wish()).rejects.toThrow(taken);
  const job = jobs.snapUp.allocate(anything);
  jobs.snapUp.submit(first, proofOf(job));
  sectors.reportFinalized(first);
  await expect(wish()).rejects.toThrow(taken);
});

test('when who asked has gone, no job is made', async () => {
  const { jobs } = await setup();
  const gone = AbortSignal.abort(new Error('gone'));
  await expect(jobs.addSnapUp(first, { pieces: piecesOf(100) }, gone)).rejects.toThrow('gone');
  expect(jobs.list()).toEqual([]);
});

test('a sector that was given a job while the pieces were read is not given a second', async () => {
  const { jobs, sectors } = await setup();
  const both = await Promise.allSettled(
    [piecesOf(100), piecesOf(200)].map((pieces) => jobs.addSnapUp(first, { pieces }, never)),
  );
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(jobs.list()).toHaveLength(1);
  expect(finish(sectors)).toEqual(second);
});

test('a piece whose file has other bytes now is read again', async () => {
  const { jobs } = await setup();
  const pieces = piecesOf(100);
  await jobs.addSnapUp(first, { pieces }, never);
  const before = jobs.snapUp.allocate(anything);
  jobs.cancel('snapup-1', {});
  writeFileSync(join(pieces, 'piece-0'), 'other bytes');
  await jobs.addSnapUp(first, { pieces }, never);
  expect(jobs.view('snapup-2').facts).not.toEqual({
    pieces: before?.Pieces.map(({ Piece }) => Piece.Cid['/']),
  });
});

test('pieces of an upgrade that came to nothing are for the sealers when they are given the directory', async () => {
  const { jobs, sectors, restart } = await setup();
  const pieces = piecesOf(900, 1100);
  await expect(jobs.addSnapUp(first, { pieces }, never)).rejects.toThrow('do not fit one sector');
  expect(sectors.waiting()).toEqual([]);
  expect((await restart({ pieces })).sectors.waiting()).toHaveLength(2);
});
