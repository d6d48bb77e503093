/** `Venus.` as upstream's own workers and tools call it (docs/spec.md#rpc). */
import { expect, test } from 'vitest';
import { managerApp } from '#src/http/manager/app.js';
import { rpc } from '../../tools/http/setup.js';
import { filesIn, preCommitOf, setup } from '../../tools/manager/setup.js';

const ID = { Miner: 10000, Number: 1 };

async function start(options: Parameters<typeof setup>[0] = {}) {
  const fixture = await setup(options);
  const app = managerApp(fixture.manager);
  return {
    ...fixture,
    call: async (name: string, ...params: unknown[]) =>
      (await rpc(app, `Venus.${name}`, params, '/rpc/v0')).result,
    fail: async (name: string, ...params: unknown[]) =>
      (await rpc(app, `Venus.${name}`, params, '/rpc/v0')).error,
    app,
  };
}

const summary = { Threads: 3, Empty: 1, Paused: 1, Errors: 1 };
const ping = { Name: 'w1', Dest: '127.0.0.1:17890', Summary: summary };
const told = {
  Info: { ...ping, Version: '', Summary: { ...summary, Running: 0, Waiting: 0 } },
  LastPing: Date.parse('2026-11-22T10:00:00.000Z') / 1000,
};

test('a ping of v0.2, without Version, Running and Waiting, is taken', async () => {
  const { call } = await start();
  expect(await call('WorkerPing', ping)).toBeNull();
  expect(await call('WorkerPingInfoList')).toEqual([told]);
});

test("a ping of today's is taken whole", async () => {
  const { call } = await start();
  const full = { ...ping, Version: '0.9.0', Summary: { ...summary, Running: 2, Waiting: 1 } };
  await call('WorkerPing', full);
  expect(await call('WorkerGetPingInfo', 'w1')).toEqual({ ...told, Info: full });
});

test('of several of one name the one that lives is told; by the bare name none while two live', async () => {
  const { call, clock } = await start();
  const [dead, living] = ['1', '2'].map((id) => ({
    ...{ ...ping, Id: id, Incarnation: id, Dest: `10.0.0.${id}:1` },
  }));
  await call('WorkerPing', dead);
  clock.pass(5 * 60_000);
  await call('WorkerPing', living);
  expect(await call('WorkerGetPingInfo', 'w1')).toBeNull();
  expect(await call('WorkerGetPingInfo', 'w1@1')).toMatchObject({ Info: { Dest: '10.0.0.1:1' } });
  clock.pass(6 * 60_000);
  expect(await call('WorkerGetPingInfo', 'w1')).toMatchObject({ Info: { Name: 'w1', Dest: '10.0.0.2:1' } });
});

test('LastPing is whole unix seconds', async () => {
  const { call, clock } = await start();
  clock.pass(1999);
  await call('WorkerPing', ping);
  expect(await call('WorkerPingInfoList')).toEqual([{ ...told, LastPing: told.LastPing + 1 }]);
});

test('an unknown worker is null to get, refused to remove, naming the known ones', async () => {
  const { call, fail } = await start();
  await call('WorkerPing', ping);
  expect(await call('WorkerGetPingInfo', 'w9')).toBeNull();
  expect(await fail('WorkerPingInfoRemove', 'w9')).toEqual({
    code: -32602,
    message: 'no worker w9: known are w1',
    data: { code: 'worker_not_found' },
  });
  expect(await call('WorkerPingInfoRemove', 'w1')).toBeNull();
  expect(await call('WorkerPingInfoList')).toEqual([]);
});

test.each([
  [{}, 'Name'],
  [{ ...ping, Name: '' }, 'Name'],
  [{ Name: 'w1', Summary: summary }, 'Dest'],
  [{ Name: 'w1', Dest: 'd' }, 'Summary'],
  [{ ...ping, Summary: { ...summary, Threads: -1 } }, 'Summary.Threads'],
  [{ ...ping, Summary: { Threads: 1, Empty: 1, Paused: 1 } }, 'Summary.Errors'],
])('ping %j is refused at %s', async (info, field) => {
  const { call, fail } = await start();
  expect(await fail('WorkerPing', info)).toMatchObject({
    code: -32602,
    message: expect.stringContaining(`WorkerPing ${field}: `),
  });
  expect(await call('WorkerPingInfoList')).toEqual([]);
});

test("a sector's way, in the wire's words", async () => {
  const { call, epochs } = await start({ pieces: filesIn({ a: 1000 }) });
  const sector = { ID, ProofType: 5 };
  expect(await call('AllocateSector', { AllowedMiners: [10000], AllowedProofTypes: null })).toEqual(sector);
  const link = { '/': expect.stringMatching(/^baga/) };
  expect(await call('AcquireDeals', ID, { MaxDeals: null, MinUsedSpace: null })).toEqual([
    {
      ...{ ID: 1, PayloadSize: 1000 },
      Piece: { Size: 1024, Cid: link, PieceCID: link },
      DealInfo: {
        ...{ DealID: 1, PublishCid: { '/': expect.stringMatching(/^bafyrei/) }, AllocationID: 0 },
        ...{ PieceCID: link, PieceSize: 1024, Client: 't01001', Provider: 't010000' },
        ...{ Offset: 0, Length: 1024, PayloadSize: 1000, StartEpoch: 0, EndEpoch: 0 },
        ...{ IsBuiltinMarket: true, IsCompatible: false },
      },
    },
  ]);
  const ticket = (await call('AssignTicket', ID)) as { Ticket: string; Epoch: number };
  expect(ticket).toEqual({ Ticket: expect.stringMatching(/^[\w+/]{43}=$/), Epoch: 0 });
  const info = { ...preCommitOf(), Ticket: ticket, Deals: [1] };
  expect(await call('SubmitPreCommit', sector, info, false)).toEqual({ Res: 1, Desc: null });
  expect(await call('PollPreCommitState', ID)).toEqual({ State: 2, Desc: null });
  epochs(1);
  expect(await call('PollPreCommitState', ID)).toEqual({ State: 3, Desc: null });
  expect(await call('SubmitPersistedEx', ID, 'store', false)).toBe(true);
  expect(await call('WaitSeed', ID, 5)).toEqual({ ShouldWait: true, Delay: 2, Seed: null });
  epochs(2);
  expect(await call('WaitSeed', ID)).toEqual({
    ShouldWait: false,
    Delay: 0,
    Seed: { Seed: expect.stringMatching(/^[\w+/]{43}=$/), Epoch: 3 },
  });
  expect(await call('SubmitProof', ID, { Proof: 'AAAA' }, false)).toEqual({ Res: 1, Desc: null });
  epochs(1);
  expect(await call('PollProofState', ID)).toEqual({ State: 3, Desc: null });
  expect(await call('ReportFinalized', ID)).toBeNull();
});

test('a pre-commit is the same whether its bytes come as numbers or as base64, and its deals as null or none', async () => {
  const { call } = await start();
  await call('AllocateSector', {});
  const info = preCommitOf();
  const same = { ...info, CommR: Buffer.from(info.CommR).toString('base64'), Deals: null };
  await call('SubmitPreCommit', { ID, ProofType: 5 }, info, false);
  expect(await call('SubmitPreCommit', { ID, ProofType: 5 }, same, false)).toMatchObject({ Res: 2 });
});

test("levels are taken in upstream's spelling too", async () => {
  const { call, manager } = await start();
  await call('AllocateSector', null);
  const report = (Level: string) => ({
    Worker: { Instance: 'w1', Location: '/store1' },
    StateChange: { Prev: 'C1Done', Next: 'C1Done', Event: 'Retry' },
    Failure: { Level, Desc: 'no parameters' },
  });
  for (const level of ['permanent', 'Permanent', 'Temporary', 'Critical', 'Abort']) {
    const answer = await call('ReportState', ID, report(level));
    expect(answer).toEqual({ Id: ID, ID, Finalized: false, AbortReason: '' });
    expect(manager.sectors.lives()[0]?.life.failure).toEqual({
      Level: level.toLowerCase(),
      Desc: 'no parameters',
    });
  }
});

test('ReportAborted keeps its reason; a report without a failure clears it', async () => {
  const { call, manager } = await start();
  await call('AllocateSector', { AllowedMiners: null });
  await call('ReportState', ID, {
    Worker: { Instance: 'w1', Location: '/store1' },
    StateChange: { Prev: 'Empty', Next: 'Allocated', Event: 'Allocate' },
    Failure: null,
  });
  expect(await call('ReportAborted', ID, 'disk lost')).toBeNull();
  expect(manager.sectors.lives()[0]?.life).toMatchObject({
    state: 'Aborted',
    failure: null,
    abortReason: 'disk lost',
  });
});

test.each([
  ['AcquireDeals', [null, {}], 'sector id'],
  ['AcquireDeals', [{ Miner: 1 }, {}], 'sector id Number'],
  ['AcquireDeals', [ID, { MaxDeals: -1 }], 'AcquireDeals MaxDeals'],
  ['AllocateSector', [{ AllowedMiners: ['x'] }], 'AllocateSector AllowedMiners.0'],
  ['SubmitPreCommit', [{ ID, ProofType: 5 }, {}, false], 'pre-commit CommR'],
  ['SubmitPreCommit', [{ ID, ProofType: 5 }, { ...preCommitOf(), CommR: 'AAAA' }, false], 'pre-commit CommR'],
  ['SubmitPreCommit', [{ ID }, preCommitOf(), false], 'sector ProofType'],
  ['SubmitPreCommit', [{ ID, ProofType: 5 }, preCommitOf(), 'yes'], 'flag'],
  ['SubmitProof', [ID, { Proof: '***' }, false], 'proof Proof'],
  ['ReportState', [ID, {}], 'report Worker'],
  ['ReportAborted', [ID], 'reason'],
  ['WorkerGetPingInfo', [], 'name'],
])('%s%j is refused, naming %s', async (name, params, where) => {
  const { call, fail } = await start();
  await call('AllocateSector', {});
  expect(await fail(name, ...params)).toMatchObject({
    code: -32602,
    message: expect.stringContaining(`${where}: `),
    data: { code: 'invalid_request' },
  });
});

test('a sector that was never allocated is refused by name', async () => {
  const { fail } = await start();
  expect(await fail('AssignTicket', ID)).toMatchObject({
    code: -32602,
    message: expect.stringContaining('s-t010000-1'),
    data: { code: 'sector_not_found' },
  });
});

test('there is no job of other plans to be had, and any store is known', async () => {
  const { call } = await start();
  for (const name of ['AllocateSanpUpSector', 'AllocateRebuildSector', 'AllocateUnsealSector'])
    expect(await call(name, {})).toBeNull();
  expect(await call('WdPoStAllocateJobs', {}, 1, 'w1')).toEqual([]);
  expect(await call('StoreBasicInfo', 's1')).toMatchObject({ Name: 's1' });
  expect(await call('StoreReserveSpace', ID, 2048, ['s2', 's1'])).toMatchObject({ Name: 's2' });
  expect(await call('StoreReserveSpace', ID, 2048, [])).toBeNull();
});

test('/rpc/v0 and / take calls, no other path does', async () => {
  const { app } = await start();
  for (const path of ['/', '/rpc/v0'])
    expect(await rpc(app, 'Venus.WorkerPingInfoList', [], path)).toMatchObject({ result: [] });
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'Venus.WorkerPingInfoList' });
  expect((await app.request('/rpc/v1', { method: 'POST', body })).status).toBe(404);
});
