/** `Venus.` as threads of the other plans call it (docs/spec.md#rpc), from the allocation to the last word. */
import { expect, onTestFinished, test } from 'vitest';
import { sectorClient } from '#src/fleet/sector-client.js';
import { managerApp } from '#src/http/manager/app.js';
import { serve } from '#src/http/serve.js';
import { rpc } from '../../tools/http/setup.js';
import {
  anybody,
  anything,
  bytesOf,
  first,
  never,
  piecesOf,
  proofOf,
  reportOf,
  setup,
} from '../../tools/manager/jobs-setup.js';

const ID = { Miner: 10000, Number: 1 };

async function start(options: Parameters<typeof setup>[0] = {}) {
  const fixture = await setup(options);
  const app = managerApp(fixture.manager);
  const ask = (name: string, ...params: unknown[]) => rpc(app, `Venus.${name}`, params, '/rpc/v0');
  return {
    ...fixture,
    app,
    ask,
    call: async (name: string, ...params: unknown[]) => (await ask(name, ...params)).result,
  };
}

/** The same manager behind a port, through the client that threads use. */
async function overTheWire(options: Parameters<typeof setup>[0] = {}) {
  const fixture = await setup(options);
  const served = await serve(managerApp(fixture.manager), { host: '127.0.0.1', port: 0 });
  onTestFinished(() => served.close());
  return { ...fixture, client: sectorClient({ url: `http://127.0.0.1:${served.port}`, headers: {} }) };
}

test('an upgrade passes the wire whole', async () => {
  const { client, jobs, sectors } = await overTheWire();
  await jobs.addSnapUp(first, { pieces: piecesOf(900, 100) }, never);
  const job = await client.allocateSnapUpSector(anything);
  expect(job).toMatchObject({ Public: { CommR: bytesOf(1) }, Private: { AccessInstance: 's1' } });
  expect(job?.Pieces).toHaveLength(2);
  expect(await client.storeReserveSpace(first, 2048, ['s2'])).toEqual({ Name: 's2', Path: '', Meta: {} });
  expect(await client.reportState(first, reportOf('Persisted'))).toEqual({
    finalized: false,
    abortReason: null,
  });
  expect(await client.submitSnapUpProof(first, proofOf(job))).toEqual({ Res: 1, Desc: null });
  await client.reportFinalized(first);
  expect(sectors.view(first)).toMatchObject({ isUpgraded: true, persistedIn: 's2' });
  expect(await client.allocateSnapUpSector(anything)).toBeNull();
});

test.each([false, true])('a rebuild passes the wire whole (upgraded: %s)', async (isUpgraded) => {
  const { client, jobs, sectors } = await overTheWire({ withDeals: !isUpgraded, pieces: piecesOf(500) });
  if (isUpgraded) {
    await jobs.addSnapUp(first, { pieces: piecesOf(100) }, never);
    await client.submitSnapUpProof(first, proofOf(await client.allocateSnapUpSector(anything)));
    await client.reportFinalized(first);
  }
  jobs.addRebuild(first, {});
  expect(await client.allocateRebuildSector(anybody)).toMatchObject({
    Pieces: [{ PayloadSize: isUpgraded ? 100 : 500 }],
    IsSnapUp: isUpgraded,
    UpgradePublic: isUpgraded ? { CommR: bytesOf(1) } : null,
    CommR: bytesOf(1),
    CommRNew: isUpgraded ? bytesOf(7) : null,
  });
  expect(await client.submitPersisted(first, 's5', isUpgraded)).toBe(true);
  await client.reportFinalized(first);
  expect(sectors.view(first)).toMatchObject({ lost: null, persistedIn: 's5' });
});

test('an unseal passes the wire whole', async () => {
  const { client, jobs } = await overTheWire({ withDeals: true, pieces: piecesOf(500) });
  jobs.addUnseal(first, { dest: 'file:///out' });
  const job = await client.allocateUnsealSector(anybody);
  const cid = job?.PieceCid['/'] ?? '';
  expect(job).toMatchObject({ Offset: 0, Size: 508, PayloadSize: 500, CommD: bytesOf(0), Upgrade: null });
  expect(await client.acquireUnsealDest(first, cid)).toEqual([`file:///out/${cid}`]);
  await client.achieveUnsealSector(first, cid, '');
  expect(jobs.view('unseal-1').state).toBe('done');
});

test('of an upgraded sector, what it is decoded with passes the wire', async () => {
  const { client, jobs } = await overTheWire({ pieces: piecesOf(500) });
  await jobs.addSnapUp(first, { pieces: piecesOf(100) }, never);
  await client.submitSnapUpProof(first, proofOf(await client.allocateSnapUpSector(anything)));
  await client.reportFinalized(first);
  jobs.addUnseal(first, { dest: 'file:///out' });
  expect(await client.allocateUnsealSector(anybody)).toBeNull();
  expect(await client.allocateUnsealSector({ ...anybody, Request: 'r1' })).toMatchObject({
    CommD: bytesOf(0),
    Upgrade: { CommROld: bytesOf(1), CommDNew: bytesOf(8) },
  });
});

test('a window proof passes the wire whole', async () => {
  const { client, jobs } = await overTheWire();
  jobs.addWdPost({});
  const spec = { AllowedMiners: null, AllowedProofTypes: null };
  const [job] = await client.wdPoStAllocateJobs(spec, 1, 'w1');
  expect(job).toMatchObject({ Id: 'wdpost-1', Input: { MinerId: 10000, Sectors: [{ SectorId: 1 }] } });
  await client.wdPoStHeartbeatJobs(['wdpost-1'], 'w1');
  await expect(client.wdPoStHeartbeatJobs(['wdpost-1'], 'w2')).rejects.toThrow("wdpost-1 is w1's now");
  await client.wdPoStFinishJob('wdpost-1', { proofs: [[1, 2, 3]], faults: [] }, '');
  expect(jobs.view('wdpost-1')).toMatchObject({ state: 'done', result: '1 proof, no faults' });
});

test('bytes may come as base64, a CID as its text, lists and words as null', async () => {
  const { call, jobs } = await start();
  await jobs.addSnapUp(first, { pieces: piecesOf(100) }, never);
  const job = jobs.snapUp.allocate(anything);
  const CommR = Buffer.from(bytesOf(7)).toString('base64');
  const Pieces = proofOf(job).Pieces.map((cid) => cid['/']);
  expect(await call('SubmitSnapUpProof', ID, { ...proofOf(job), CommR, Pieces })).toMatchObject({ Res: 1 });
  expect(await call('SubmitSnapUpProof', ID, proofOf(job))).toMatchObject({ Res: 2 });
  jobs.addWdPost({});
  await call('WdPoStAllocateJobs', {}, 1, 'w1');
  expect(await call('WdPoStFinishJob', 'wdpost-2', { proofs: ['AAAA'], faults: null }, null)).toBeNull();
  expect(jobs.view('wdpost-2').result).toBe('1 proof, no faults');
  jobs.addWdPost({});
  await call('WdPoStAllocateJobs', {}, 1, 'w1');
  expect(await call('WdPoStFinishJob', 'wdpost-3', { proofs: null, faults: [1] }, '')).toBeNull();
  expect(jobs.view('wdpost-3').result).toBe('0 proofs, faults: s-t010000-1');
});

const proof = proofOf(null);

test.each([
  ['AllocateSanpUpSector', [{ Sector: { AllowedMiners: 'all' } }], 'spec Sector.AllowedMiners'],
  ['AllocateSanpUpSector', [{ Deals: { MaxDeals: -1 } }], 'spec Deals.MaxDeals'],
  ['AllocateRebuildSector', [[]], 'spec'],
  ['AllocateUnsealSector', [{ AllowedProofTypes: ['x'] }], 'spec AllowedProofTypes.0'],
  ['SubmitSnapUpProof', [null, proof], 'sector id'],
  ['SubmitSnapUpProof', [ID, null], 'snapup proof'],
  ['SubmitSnapUpProof', [ID, { ...proof, CommR: [1] }], 'snapup proof CommR'],
  ['SubmitSnapUpProof', [ID, { ...proof, CommD: 'AAAA' }], 'snapup proof CommD'],
  ['SubmitSnapUpProof', [ID, { ...proof, Pieces: [5] }], 'snapup proof Pieces.0: expected a CID'],
  ['SubmitSnapUpProof', [ID, { ...proof, Proof: '%' }], 'snapup proof Proof'],
  ['SubmitSnapUpProof', [ID, { ...proof, AccessInstance: null }], 'snapup proof AccessInstance'],
  ['AchieveUnsealSector', [ID, { cid: 'x' }, ''], 'piece cid: expected a CID'],
  ['AchieveUnsealSector', [ID, '', ''], 'piece cid'],
  ['AchieveUnsealSector', [ID, 'baga', 5], 'errInfo'],
  ['AcquireUnsealDest', [{ Miner: -1, Number: 1 }, 'baga'], 'sector id Miner'],
  ['StoreReserveSpace', [ID, -1, []], 'size'],
  ['StoreReserveSpace', [ID, 1, 's1'], 'candidates'],
  ['StoreBasicInfo', [''], 'name'],
  ['WdPoStAllocateJobs', [{}, 'one', 'w1'], 'num'],
  ['WdPoStAllocateJobs', [{}, 1, ''], 'worker'],
  ['WdPoStAllocateJobs', [{ AllowedProofTypes: [5] }, 1, 'w1'], 'spec AllowedProofTypes.0'],
  ['WdPoStHeartbeatJobs', ['wdpost-1', 'w1'], 'ids'],
  ['WdPoStHeartbeatJobs', [['wdpost-1'], null], 'worker'],
  ['WdPoStFinishJob', [null, null, ''], 'id'],
  ['WdPoStFinishJob', ['wdpost-1', { proofs: 'x' }, ''], 'output proofs'],
  ['WdPoStFinishJob', ['wdpost-1', { proofs: [[256]] }, ''], 'output proofs.0'],
  ['WdPoStFinishJob', ['wdpost-1', null, {}], 'errorReason'],
])('%s(%j) is refused as invalid params, naming %s', async (name, params, words) => {
  const { ask, jobs } = await start();
  expect((await ask(name, ...params)).error).toMatchObject({
    code: -32602,
    message: expect.stringContaining(words),
    data: { code: 'invalid_request' },
  });
  expect(jobs.list()).toEqual([]);
});

test('what nobody asked for is refused as invalid params', async () => {
  const { ask } = await start();
  for (const [name, ...params] of [
    ['WdPoStHeartbeatJobs', ['wdpost-9'], 'w1'],
    ['WdPoStFinishJob', 'wdpost-9', null, 'x'],
    ['AcquireUnsealDest', ID, { '/': 'baga' }],
    ['AchieveUnsealSector', ID, { '/': 'baga' }, ''],
  ] as const)
    expect((await ask(name, ...params)).error).toMatchObject({
      code: -32602,
      data: { code: 'job_not_found' },
    });
});

test('an empty list that Go’s client writes as null is empty', async () => {
  const { jobs, call, ask } = await start();
  await jobs.addSnapUp(first, { pieces: piecesOf(900, 100) }, never);
  await call('AllocateSanpUpSector', { Sector: null, Deals: null });
  expect(await ask('StoreReserveSpace', ID, 2048, null)).toMatchObject({ result: null });
  expect(await ask('WdPoStHeartbeatJobs', null, 'w1')).toMatchObject({ result: null });
  expect(
    await ask('WdPoStAllocateJobs', { AllowedMiners: null, AllowedProofTypes: null }, 1, 'w1'),
  ).toMatchObject({
    result: [],
  });
  // Pieces that were not named are none of the upgrade's.
  expect(await ask('SubmitSnapUpProof', ID, { ...proofOf(null), Pieces: null })).not.toMatchObject({
    error: { code: -32602 },
  });
});
