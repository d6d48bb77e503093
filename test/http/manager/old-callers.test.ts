/** `Venus.` as upstream's workers and command line up to v0.8 call it. */
import { expect, test } from 'vitest';
import { managerApp } from '#src/http/manager/app.js';
import { rpc } from '../../tools/http/setup.js';
import { filesIn, preCommitOf, setup } from '../../tools/manager/setup.js';

const ID = { Miner: 10000, Number: 1 };
const id = { miner: 10000, number: 1 };
const ping = {
  Name: 'w-v02',
  Dest: '127.0.0.1:17890',
  Summary: { Threads: 1, Empty: 0, Paused: 0, Errors: 0 },
};
const report = (Next: string, Failure: object | null = null, Instance = 'w-v02') => ({
  Worker: { Instance, Location: '/srv/worker/store1' },
  StateChange: { Prev: 'C1Done', Next, Event: 'None' },
  Failure,
});

async function start(options: Parameters<typeof setup>[0] = {}) {
  const fixture = await setup(options);
  const app = managerApp(fixture.manager);
  const ask = (name: string, params: readonly unknown[]) => rpc(app, `Venus.${name}`, [...params], '/rpc/v0');
  const call = async (name: string, ...params: unknown[]) => {
    const answer = await ask(name, params);
    expect(answer.error, name).toBeUndefined();
    return answer.result;
  };
  const fail = async (name: string, ...params: unknown[]) => (await ask(name, params)).error;
  return { ...fixture, call, fail, sectors: fixture.manager.sectors };
}

async function holding(options: Parameters<typeof setup>[0] = {}) {
  const fixture = await start(options);
  await fixture.call('WorkerPing', ping);
  await fixture.call('AllocateSector', { AllowedMiners: null, AllowedProofTypes: null });
  return fixture;
}

test('a sector with a piece goes its whole way by the methods of v0.2', async () => {
  const { call, epochs, sectors } = await holding({ pieces: filesIn({ a: 1000 }) });
  expect(await call('AcquireDeals', ID, { MaxDeals: null })).toMatchObject([{ ID: 1, PayloadSize: 1000 }]);
  await call('AssignTicket', ID);
  await call('SubmitPreCommit', { ID, ProofType: 5 }, { ...preCommitOf(), Deals: [1] }, false);
  epochs(200);
  expect(await call('PollPreCommitState', ID)).toMatchObject({ State: 3 });
  expect(await call('SubmitPersisted', ID, 'persist')).toBe(true);
  expect(await call('WaitSeed', ID)).toMatchObject({ ShouldWait: false });
  await call('SubmitProof', ID, { Proof: Buffer.alloc(192).toString('base64') }, false);
  epochs(10);
  expect(await call('PollProofState', ID)).toMatchObject({ State: 3 });
  expect(await call('ReportState', ID, report('Finished'))).toBeNull();
  await call('ReportFinalized', ID);
  expect(sectors.view(id)).toMatchObject({ state: 'Finished', finalized: true, persistedIn: 'persist' });
});

test('a report is answered with null where the ping had no version, else with the verdict', async () => {
  const { call } = await holding();
  expect(await call('ReportState', ID, report('PC1Done'))).toBeNull();
  const verdict = { Id: ID, ID, Finalized: false, AbortReason: '' };
  expect(await call('ReportState', ID, report('PC1Done', null, 'unknown'))).toEqual(verdict);
  await call('WorkerPing', { ...ping, Version: '0.9.0' });
  expect(await call('ReportState', ID, report('PC2Done'))).toEqual(verdict);
});

test.each([
  ['the state', report('Aborted'), 'aborted by w-v02, which gives no reason'],
  ['the level', report('C1Done', { Level: 'Abort', Desc: 'disk lost' }), 'disk lost'],
])('an abort that is reported by %s is one, and is not finished', async (_, said, reason) => {
  const { call, sectors } = await holding();
  await call('ReportState', ID, said);
  // The second time its answer was lost.
  for (const _ of [1, 2]) expect(await call('ReportFinalized', ID)).toBeNull();
  expect(sectors.view(id)).toMatchObject({
    state: 'Aborted',
    finalized: false,
    abort: { reason, by: 'w-v02' },
  });
});

test('the abort of an operator, which such a worker learns by polling, is confirmed and keeps its reason', async () => {
  const { call, fail, sectors } = await holding();
  sectors.abort(id, { by: 'alice', reason: 'not wanted' });
  expect(await fail('ReportFinalized', ID)).toMatchObject({ data: { code: 'state_not_possible' } });
  await call('ReportState', ID, report('Aborted'));
  await call('ReportFinalized', ID);
  expect(sectors.view(id)).toMatchObject({ state: 'Aborted', abort: { reason: 'not wanted', by: 'alice' } });
});

test('sectors are listed by whether work goes on', async () => {
  const { call } = await holding({ pieces: filesIn({ a: 1000 }) });
  await call('AcquireDeals', ID, {});
  await call('ReportState', ID, report('PC1Done', { Level: 'Permanent', Desc: 'x' }));
  await call('AllocateSector', {});
  const second = { Miner: 10000, Number: 2 };
  await call('ReportAborted', second, 'why');
  expect(await call('ListSectors', 'online')).toMatchObject([
    {
      ID,
      SectorType: 5,
      Deals: [{ ID: 1 }],
      LatestState: {
        Worker: { Instance: 'w-v02' },
        StateChange: { Next: 'PC1Done' },
        Failure: { Desc: 'x' },
      },
      Finalized: false,
      AbortReason: '',
    },
  ]);
  expect(await call('ListSectors', 'offline')).toMatchObject([{ ID: second, AbortReason: 'why' }]);
});

test('where a sector lies is told by its kind', async () => {
  const { call } = await holding();
  const nowhere = { Found: false, Instance: { SealedFile: '', CacheDir: '' } };
  expect(await call('SectorIndexerFind', 'normal', ID)).toEqual(nowhere);
  await call('SubmitPersisted', ID, 'persist');
  const there = { Found: true, Instance: { SealedFile: 'persist', CacheDir: 'persist' } };
  expect(await call('SectorIndexerFind', 'normal', ID)).toEqual(there);
  expect(await call('SectorIndexerFind', 'upgrade', ID)).toEqual(nowhere);
  expect(await call('SectorIndexerFind', 'normal', { Miner: 10000, Number: 99 })).toEqual(nowhere);
});

test.each([
  ['RestoreSector', [ID, false], -32602, 'state_not_possible', 'cannot be restored'],
  ['RestoreSector', [{ Miner: 1, Number: 9 }, true], -32602, 'sector_not_found', 's-t01-9'],
  ['SnapUpPreFetch', [10000, null], -32601, 'not_found', 'Venus.SnapUpPreFetch'],
  ['SnapUpCandidates', [10000], -32601, 'not_found', 'Venus.SnapUpCandidates'],
  ['ProvingSectorInfo', [ID], -32601, 'not_found', 'Venus.ProvingSectorInfo'],
  ['ListSectors', ['half'], -32602, 'invalid_request', 'state: '],
  ['ListSectors', ['online', 5], -32602, 'invalid_request', '4 (unseal)'],
  ['SectorIndexerFind', ['normal', {}], -32602, 'invalid_request', 'sector id'],
])('%s%j is refused with %d, %s', async (name, params, rpcCode, code, words) => {
  const { fail } = await holding();
  expect(await fail(name, ...params)).toMatchObject({
    code: rpcCode,
    message: expect.stringContaining(words),
    data: { code },
  });
});

test('an unknown method is named', async () => {
  const { fail } = await start();
  expect(await fail('CheckProvable', 10000, null, false)).toEqual({
    code: -32601,
    message: "method 'Venus.CheckProvable' not found",
  });
});
