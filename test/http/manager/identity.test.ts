/** A manager says who it is, does nothing for who means another, and hears of a sector only who has it. */
import { describe, expect, test } from 'vitest';
import { managerApp } from '#src/http/manager/app.js';
import { silenceMs } from '#src/manager/sectors/life.js';
import { identityHeaders } from '#src/protocol/identity.js';
import { preCommitOf, setup } from '../../tools/manager/setup.js';

const ID = { Miner: 10000, Number: 1 };
const sector = { ID, ProofType: 5 };

async function start() {
  const fixture = await setup();
  const app = managerApp(fixture.manager);
  const ask = async (headers: Record<string, string>, method: string, ...params: unknown[]) => {
    const response = await app.request('/rpc/v0', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: `Venus.${method}`, params }),
    });
    return (await response.json()) as {
      result?: unknown;
      error?: { message: string; data: { code: string } };
    };
  };
  return { ...fixture, app, ask };
}

const by = (given: string, worker = 'worker-a') => ({
  [identityHeaders.worker]: worker,
  [identityHeaders.given]: given,
});
const spec = (Request: string) => ({ AllowedMiners: null, AllowedProofTypes: null, Request });
const report = (Next: string) => ({
  Worker: { Instance: 'w1', Location: '/store1' },
  StateChange: { Prev: 'Empty', Next, Event: '' },
  Failure: null,
});

test('every answer says which manager it is: the same over a restart, another for another home', async () => {
  const { app, manager, restart } = await start();
  const of = async (path: string) => (await app.request(path)).headers.get(identityHeaders.manager);
  for (const path of [
    '/healthz',
    '/api/v1/workers',
    '/nowhere',
    '/api/v1/sectors/s-t010000-9',
    '/piecestore/x',
  ])
    expect(await of(path)).toBe(manager.identity);
  const posted = await app.request('/rpc/v0', { method: 'POST', body: 'no JSON' });
  expect(posted.headers.get(identityHeaders.manager)).toBe(manager.identity);
  const { identity } = manager;
  expect(identity).toMatch(/^[0-9a-f-]{36}$/);
  expect((await restart()).identity).toBe(identity);
  expect((await setup()).manager.identity).not.toBe(identity);
});

test('a ping of our own worker is answered with it; an upstream worker gets null as before', async () => {
  const { ask, manager } = await start();
  const ping = { Name: 'w1', Dest: '127.0.0.1:1', Summary: { Threads: 1, Empty: 1, Paused: 0, Errors: 0 } };
  expect(await ask({}, 'WorkerPing', ping)).toMatchObject({ result: null });
  expect(await ask({ [identityHeaders.worker]: 'worker-a' }, 'WorkerPing', ping)).toMatchObject({
    result: { Manager: manager.identity },
  });
});

test('a worker of ours is asked with the heartbeat for the reports that are wanted; an upstream one names none', async () => {
  const { ask, manager } = await start();
  const ping = { Name: 'w1', Dest: '127.0.0.1:1', Summary: { Threads: 1, Empty: 1, Paused: 0, Errors: 0 } };
  await ask(by('r1'), 'AllocateSector', spec('r1'));
  expect(await ask(by('r1'), 'ReportState', ID, report('PC1Done'))).toMatchObject({
    result: { ByHeartbeat: true },
  });
  const held = (State: string) => ({ ID, State, Location: '/store1', Request: 'r1' });
  const asked = async (...Held: object[]) =>
    (await ask(by('r1'), 'WorkerPing', { ...ping, Held })).result as { ReportAgain?: object[] };
  expect((await asked(held('PC1Done'))).ReportAgain).toEqual([]);
  manager.sectors.abort({ miner: 10000, number: 1 }, { reason: 'disk lost' });
  expect((await asked(held('PC1Done'))).ReportAgain).toEqual([ID]);
  expect((await asked({ ...held('PC1Done'), Request: 'r2' })).ReportAgain).toEqual([]);
  expect((await ask(by('r1'), 'WorkerPing', ping)).result).not.toHaveProperty('ReportAgain');
});

test('who means another manager gets nothing done, and is told both', async () => {
  const { ask, manager } = await start();
  const meant = { ...by('r1'), [identityHeaders.expects]: 'another' };
  const { error } = await ask(meant, 'AllocateSector', spec('r1'));
  expect(error).toMatchObject({ data: { code: 'other_manager' } });
  expect(error?.message).toContain(manager.identity);
  expect(error?.message).toContain('another');
  expect(manager.sectors.list()).toEqual([]);
  const right = { ...by('r1'), [identityHeaders.expects]: manager.identity };
  expect(await ask(right, 'AllocateSector', spec('r1'))).toMatchObject({ result: { ID, Request: 'r1' } });
});

test('nor does it get a piece of it', async () => {
  const { app, manager } = await start();
  const of = (meant: string) =>
    app.request('/piecestore/x', { method: 'HEAD', headers: { [identityHeaders.expects]: meant } });
  expect((await of('another')).status).toBe(409);
  expect((await of(manager.identity)).status).toBe(404);
});

test('numbers come with the wish itself: the very first is past them; with a ping, too', async () => {
  const { ask } = await start();
  const UsedNumbers = [{ Miner: 10000, Number: 7 }];
  expect(await ask({}, 'AllocateSector', { ...spec('r1'), UsedNumbers })).toMatchObject({
    result: { ID: { Number: 8 } },
  });
  const Summary = { Threads: 1, Empty: 1, Paused: 0, Errors: 0 };
  await ask({}, 'WorkerPing', {
    Name: 'w1',
    Dest: 'x:1',
    Summary,
    UsedNumbers: [{ Miner: 10000, Number: 20 }],
  });
  expect(await ask({}, 'AllocateSector', spec('r2'))).toMatchObject({ result: { ID: { Number: 21 } } });
});

test('what is on chain of a sector is told to our own workers with each answer about it, to upstream’s never', async () => {
  const { ask, epochs } = await start();
  await ask(by('r1'), 'AllocateSector', spec('r1'));
  const info = preCommitOf();
  const { Deals: _deals, ...OnChain } = info;
  const ours = async (method: string, ...params: unknown[]) =>
    (await ask(by('r1'), method, ...params)).result;
  expect(await ours('PollPreCommitState', ID)).toEqual({ State: 4, Desc: expect.any(String) });
  expect(await ours('SubmitPreCommit', sector, info, false)).toEqual({ Res: 1, Desc: null, OnChain });
  expect(await ours('SubmitPreCommit', sector, info, false)).toEqual({ Res: 2, Desc: null, OnChain });
  epochs(1);
  expect(await ours('PollPreCommitState', ID)).toEqual({ State: 3, Desc: null, OnChain });
  expect(await ours('WaitSeed', ID, 5)).toMatchObject({ OnChain });
  const proven = { ...OnChain, ProofSha256: expect.stringMatching(/^[0-9a-f]{64}$/) };
  expect(await ours('SubmitProof', ID, { Proof: 'AAAA' }, false)).toEqual({
    ...{ Res: 1, Desc: null },
    OnChain: proven,
  });
  expect(await ours('PollProofState', ID)).toMatchObject({ OnChain: proven });
  await ask({}, 'AllocateSector', {});
  const other = { ...ID, Number: 2 };
  await ask({}, 'SubmitPreCommit', { ID: other, ProofType: 5 }, info, false);
  expect((await ask({}, 'PollPreCommitState', other)).result).toEqual({ State: 2, Desc: null });
});

describe('a sector that was given under a request', () => {
  const calls: readonly [string, ...unknown[]][] = [
    ['AcquireDeals', ID, null],
    ['AssignTicket', ID],
    ['SubmitPreCommit', sector, preCommitOf(), false],
    ['PollPreCommitState', ID],
    ['SubmitPersistedEx', ID, 'store', false],
    ['WaitSeed', ID, 5],
    ['SubmitProof', ID, { Proof: 'AAAA' }, false],
    ['PollProofState', ID],
    ['StoreReserveSpace', ID, 1, ['store']],
    ['ReportState', ID, report('Allocated')],
    ['ReportFinalized', ID],
    ['ReportAborted', ID, 'x'],
  ];

  test.each(calls)('%s is refused to all others, and changes nothing', async (method, ...params) => {
    const { ask, manager } = await start();
    await ask(by('r1'), 'AllocateSector', spec('r1'));
    const before = manager.sectors.lives();
    for (const headers of [by('r2'), by('r2', 'worker-b'), { [identityHeaders.worker]: 'worker-a' }, {}])
      expect(await ask(headers, method, ...params)).toMatchObject({
        error: { data: { code: 'not_your_sector' }, message: expect.stringContaining('s-t010000-1') },
      });
    expect(manager.sectors.lives()).toEqual(before);
    expect(await ask(by('r1'), method, ...params)).not.toHaveProperty('error');
  });

  test('is the disk’s, not the worker’s: a thread that moved to another worker has it still', async () => {
    const { ask } = await start();
    await ask(by('r1'), 'AllocateSector', spec('r1'));
    expect(await ask(by('r1', 'worker-b'), 'AssignTicket', ID)).toHaveProperty('result');
  });

  test('and never heard of is another’s after its time: the first is told to give it up, and ends nothing', async () => {
    const { ask, manager, clock } = await start();
    await ask(by('r1'), 'AllocateSector', spec('r1'));
    clock.pass(silenceMs);
    expect(await ask(by('r2', 'worker-b'), 'AllocateSector', spec('r2'))).toMatchObject({ result: { ID } });
    expect(await ask(by('r1'), 'ReportState', ID, report('Allocated'))).toMatchObject({
      result: { Finalized: false, AbortReason: expect.stringContaining('given to another thread') },
    });
    expect(await ask(by('r1'), 'ReportAborted', ID, 'x')).toMatchObject({ result: null });
    expect(await ask(by('r1'), 'AssignTicket', ID)).toHaveProperty('error');
    expect(await ask(by('r2', 'worker-b'), 'AssignTicket', ID)).toHaveProperty('result');
    expect(manager.sectors.list()).toMatchObject([{ state: 'Allocated', abort: null, worker: null }]);
  });
});

test('a sector that was given without a request is anybody’s, as with an upstream worker or 0.1.0', async () => {
  const { ask } = await start();
  await ask({}, 'AllocateSector', { AllowedMiners: null, AllowedProofTypes: null });
  expect(await ask({ [identityHeaders.worker]: 'worker-a' }, 'AssignTicket', ID)).toHaveProperty('result');
  expect(await ask({}, 'AssignTicket', ID)).toHaveProperty('result');
  expect(await ask(by('r1'), 'AssignTicket', ID)).toMatchObject({
    error: { data: { code: 'not_your_sector' } },
  });
});
