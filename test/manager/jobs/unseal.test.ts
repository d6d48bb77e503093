/** Unseals: the data of pieces are wanted back. */
import { expect, test } from 'vitest';
import {
  anybody,
  bytesOf,
  first,
  piecesOf,
  refusal,
  reportOf,
  second,
  setup,
  upgrade,
} from '../../tools/manager/jobs-setup.js';
import { preCommitOf } from '../../tools/manager/setup.js';

const dest = 'file:///out/';

/** A finished sector with pieces of 1024, 512 and 128 padded bytes. */
async function sealed() {
  const fixture = await setup({ withDeals: true, pieces: piecesOf(900, 100, 500) });
  const deals = fixture.sectors.acquireDeals(first, null, null) ?? [];
  return { ...fixture, cids: deals.map(({ Piece }) => Piece.Cid['/']) };
}

test('all pieces are a job each; one of a sector is given at a time', async () => {
  const { jobs, sectors, cids } = await sealed();
  const reply = jobs.addUnseal(first, { dest, by: 'alice' });
  expect(reply).toMatchObject({
    message: 'unseal-1, unseal-2, unseal-3: 3 pieces of sector s-t010000-1 to be unsealed',
  });
  expect(reply.jobs.map(({ facts }) => facts)).toEqual(
    cids.map((piece) => ({ piece, dest: `${dest}${piece}` })),
  );
  const places = [
    { Offset: 0, Size: 1016, PayloadSize: 900 },
    { Offset: 1016, Size: 508, PayloadSize: 500 },
    { Offset: 1524, Size: 127, PayloadSize: 100 },
  ];
  for (const [at, place] of places.entries()) {
    const cid = cids[at] ?? '';
    expect(jobs.unseal.allocate(anybody)).toEqual({
      Sector: { ID: { Miner: 10000, Number: 1 }, ProofType: 5 },
      PieceCid: { '/': cid },
      ...place,
      PrivateInfo: { AccessInstance: 's1' },
      Ticket: preCommitOf(1).Ticket,
      CommD: bytesOf(0),
      Upgrade: null,
    });
    expect(jobs.unseal.allocate(anybody)).toBeNull();
    expect(jobs.unseal.dests(first, cid)).toEqual([`${dest}${cid}`]);
    jobs.unseal.achieve(first, cid, '');
    sectors.reportFinalized(first);
  }
  expect(jobs.list().map(({ state, result }) => [state, result])).toEqual(
    cids.map((cid) => ['done', `delivered to ${dest}${cid}`]),
  );
  expect(sectors.view(first)).toMatchObject({ state: 'Finished', finalized: true });
});

test('of an upgraded sector, pieces and store are the upgrade’s, CommD is that of its sealing, and what decodes it is said', async () => {
  const { jobs, sectors } = await setup();
  const upgraded = await upgrade(sectors, first, piecesOf(100));
  jobs.addUnseal(first, { dest });
  expect(jobs.unseal.allocate({ ...anybody, Request: 'r1' })).toMatchObject({
    PieceCid: upgraded?.Pieces[0]?.Piece.Cid,
    Offset: 0,
    PrivateInfo: { AccessInstance: 's2' },
    CommD: preCommitOf(1).CommD,
    Upgrade: { CommROld: preCommitOf(1).CommR, CommDNew: bytesOf(8) },
  });
});

test('an upstream worker, which would deliver other bytes as the piece, is given none of an upgraded sector', async () => {
  const { jobs, sectors } = await setup();
  await upgrade(sectors, first, piecesOf(100));
  jobs.addUnseal(first, { dest });
  expect(jobs.unseal.allocate(anybody)).toBeNull();
  expect(jobs.whyNone('unseal', { miners: null, proofTypes: null })).toContain(
    'a piece of an upgraded sector is given to sealvisor workers only',
  );
  expect(jobs.view('unseal-2').state).toBe('waiting');
});

test('one piece is one job; a piece that is not in the sector is refused, naming those that are', async () => {
  const { jobs, cids } = await sealed();
  expect(jobs.addUnseal(first, { dest, piece: cids[1] }).jobs.map(({ facts }) => facts)).toMatchObject([
    { piece: cids[1] },
  ]);
  expect(() => jobs.addUnseal(first, { dest, piece: 'baga-other' })).toThrow(
    refusal('piece_missing', `baga-other is not in sector s-t010000-1: it holds ${cids.join(', ')}`),
  );
  expect(jobs.list()).toHaveLength(1);
});

test('a piece that cannot be had fails its job with the worker’s words', async () => {
  const { jobs, sectors, cids } = await sealed();
  jobs.addUnseal(first, { dest, piece: cids[0] });
  jobs.unseal.allocate(anybody);
  sectors.reportState(first, reportOf('Unsealed'));
  jobs.unseal.achieve(first, cids[0] ?? '', 'the data are damaged');
  jobs.unseal.achieve(first, cids[0] ?? '', '');
  expect(jobs.view('unseal-1')).toMatchObject({
    state: 'failed',
    isHeld: true,
    error: { by: 'w1', reason: 'the data are damaged' },
  });
  expect(sectors.reportState(first, reportOf('Unsealed')).AbortReason).toBe('the data are damaged');
  sectors.reportAborted(first, 'the data are damaged');
  expect(jobs.view('unseal-1')).toMatchObject({ state: 'failed', isHeld: false });
  expect(sectors.view(first)).toMatchObject({ finalized: true, abort: null });
});

test('a job that its thread gives up is aborted; the next piece is not taken for it', async () => {
  const { jobs, sectors } = await sealed();
  jobs.addUnseal(first, { dest });
  jobs.unseal.allocate(anybody);
  sectors.reportState(first, reportOf('Aborted', 'w1'));
  sectors.reportAborted(first, 'by hand');
  jobs.unseal.allocate(anybody);
  expect(jobs.list().map(({ state }) => state)).toEqual(['aborted', 'given', 'waiting']);
});

test('while a worker has a piece in hand, however silent, the next one of the sector waits', async () => {
  const { jobs, sectors, clock } = await sealed();
  jobs.addUnseal(first, { dest });
  jobs.unseal.allocate(anybody);
  sectors.reportState(first, reportOf('Allocated'));
  clock.pass(24 * 3_600_000);
  expect(jobs.unseal.allocate(anybody)).toBeNull();
});

test('a piece that nobody was given has no dest and no end', async () => {
  const { jobs, cids } = await sealed();
  jobs.addUnseal(first, { dest, piece: cids[0] });
  const [piece = ''] = cids;
  for (const ask of [() => jobs.unseal.dests(first, piece), () => jobs.unseal.achieve(first, piece, '')])
    expect(ask).toThrow(refusal('job_not_found', `no unseal of piece ${piece}`));
  expect(jobs.view('unseal-1').state).toBe('waiting');
});

test('a sector that is unknown, unfinished, or without pieces cannot be unsealed', async () => {
  const { jobs, sectors } = await setup();
  expect(() => jobs.addUnseal(first, { dest })).toThrow(refusal('state_not_possible', 'has no pieces'));
  expect(() => jobs.addUnseal(second, { dest })).toThrow(refusal('sector_not_found', 's-t010000-2'));
  sectors.allocate(null, null);
  expect(() => jobs.addUnseal(second, { dest })).toThrow(
    refusal('state_not_possible', 'is not finished: it is at Allocated'),
  );
  sectors.reportFinalized(second);
  expect(() => jobs.addUnseal(second, { dest })).toThrow(
    refusal('state_not_possible', 'no worker reported where its files are'),
  );
});

test.each(['out', 'ftp://host/out', 'file://host/out', 'https://host/one'])(
  '%s is no dest for three pieces',
  async (wrong) => {
    const { jobs } = await sealed();
    expect(() => jobs.addUnseal(first, { dest: wrong })).toThrow(refusal('usage', `--dest ${wrong}`));
    expect(jobs.list()).toEqual([]);
  },
);

test('what may be secret of a dest is for its worker alone', async () => {
  const { jobs, sectors, cids } = await sealed();
  const secret = 'https://me:secret@host/pieces/?token=secret';
  const reply = jobs.addUnseal(first, { dest: secret, piece: cids[0] });
  jobs.unseal.allocate(anybody);
  expect(jobs.unseal.dests(first, cids[0] ?? '')).toEqual([
    `https://me:secret@host/pieces/${cids[0]}?token=secret`,
  ]);
  jobs.unseal.achieve(first, cids[0] ?? '', '');
  sectors.reportFinalized(first);
  expect(JSON.stringify([reply, jobs.list()])).not.toContain('secret');
});
