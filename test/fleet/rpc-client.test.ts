import { expect, test } from 'vitest';
import { rpcCall } from '#src/fleet/rpc-client.js';
import { sectorClient } from '#src/fleet/sector-client.js';
import { managerApp } from '#src/http/manager/app.js';
import { serve } from '#src/http/serve.js';
import { answering, listening } from '../tools/fleet/setup.js';
import { filesIn, preCommitOf, setup } from '../tools/manager/setup.js';

const options = { timeoutMs: 5000 };
const call = (url: string) => rpcCall(url, 'Venus.X', [], options);

test('a result is what the call gives, null as well', async () => {
  expect(await call(await answering({ jsonrpc: '2.0', id: 1, result: [1] }))).toEqual([1]);
  expect(await call(await answering({ jsonrpc: '2.0', id: 1, result: null, error: null }))).toBeNull();
});

test('an answer without a result is null: Go leaves an empty one out', async () => {
  expect(await call(await answering({ jsonrpc: '2.0', id: 1 }))).toBeNull();
});

test('an error is told with the method and the words of the other side', async () => {
  const url = await answering({ jsonrpc: '2.0', id: 1, error: { code: 1, message: 'sector not found' } });
  await expect(call(url)).rejects.toMatchObject({
    code: 'remote_error',
    message: 'Venus.X: sector not found',
  });
});

test('a refusal before the call is told as the problem it is', async () => {
  const problem = { type: 'about:blank', status: 413, code: 'body_too_large', detail: 'larger than 1 MiB' };
  await expect(call(await answering(problem, 413))).rejects.toMatchObject({
    code: 'body_too_large',
    message: 'larger than 1 MiB',
  });
});

test.each<[unknown, number]>([
  ['404 page not found', 404],
  ['', 200],
  [{ hello: 1 }, 200],
  [{ error: 'unauthorized' }, 401],
  [[], 200],
  [5, 200],
])('%j with HTTP %d is a bad answer that names the method', async (body, status) => {
  await expect(call(await answering(body, status))).rejects.toMatchObject({
    code: 'bad_answer',
    message: expect.stringContaining('Venus.X'),
  });
});

async function served(options: Parameters<typeof setup>[0] = {}) {
  const fixture = await setup(options);
  const doors = await serve(managerApp(fixture.manager), { host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${doors.port}`;
  return { ...fixture, close: () => doors.close(), url, client: sectorClient({ url, headers: {} }) };
}

test('the sector service reads the same over the wire', async () => {
  const { client, epochs, close, manager, url } = await served({ pieces: filesIn({ a: 1000 }) });
  try {
    const id = { miner: 10000, number: 1 };
    const all = { AllowedMiners: null, AllowedProofTypes: null };
    const sector = await client.allocateSector(all);
    expect(sector).toEqual({
      ID: { Miner: 10000, Number: 1 },
      ProofType: 5,
      given: { manager: manager.identity, request: null },
    });
    expect(await client.allocateSector({ ...all, AllowedMiners: [1] })).toBeNull();
    const deals = await client.acquireDeals(id, { MaxDeals: 5, MinUsedSpace: null });
    expect(deals).toHaveLength(1);
    const ticket = await client.assignTicket(id);
    expect(ticket).toEqual(manager.sectors.chain.assignTicket(id));
    if (!sector) throw new Error('no sector was given');
    expect(await client.submitPreCommit(sector, preCommitOf(), false)).toEqual({ Res: 1, Desc: null });
    expect(await client.pollPreCommitState(id)).toEqual({ State: 2, Desc: null });
    epochs(3);
    expect(await client.pollPreCommitState(id)).toEqual({ State: 3, Desc: null });
    expect(await client.waitSeed(id, 5)).toMatchObject({ ShouldWait: false, Seed: { Epoch: 3 } });
    expect(await client.submitPersisted(id, 'store', false)).toBe(true);
    expect(await client.submitProof(id, { Proof: 'AAAA' }, false)).toEqual({ Res: 1, Desc: null });
    expect(await client.pollProofState(id)).toEqual({ State: 2, Desc: null });
    const report = {
      Worker: { Instance: 'w1', Location: '/store1' },
      StateChange: { Prev: 'ProofSubmitted', Next: 'Finished', Event: 'Finish' },
      Failure: null,
    };
    expect(await client.reportState(id, report)).toEqual({ finalized: false, abortReason: null });
    await client.reportFinalized(id);
    expect(await client.reportState(id, report)).toEqual({ finalized: true, abortReason: null });
    expect(manager.sectors.lives()[0]?.life).toMatchObject({ finalized: true, worker: { Instance: 'w1' } });
    const cid = deals?.[0]?.Piece.Cid['/'] ?? '';
    expect(await client.pieceSource(cid)).toEqual({ url: `${url}/piecestore/${cid}`, headers: {} });
  } finally {
    await close();
  }
});

test.each<[unknown, boolean, string | null]>([
  [null, false, null],
  [{}, false, null],
  ['ok', false, null],
  [{ ID: { Miner: 1, Number: 1 }, Finalized: null, AbortReason: '' }, false, null],
  [{ Finalized: false, AbortReason: 'disk lost' }, false, 'disk lost'],
  [{ Finalized: true }, true, null],
])('a report that is answered %j: finalized %j, given up for %j', async (result, finalized, abortReason) => {
  const client = sectorClient({ url: await answering({ jsonrpc: '2.0', id: 1, result }), headers: {} });
  const StateChange = { Prev: 'C1Done', Next: 'C2Done', Event: 'C2' };
  const report = { Worker: { Instance: 'w1', Location: '/store1' }, StateChange, Failure: null };
  expect(await client.reportState({ miner: 1, number: 1 }, report)).toEqual({ finalized, abortReason });
});

test.each(['temporary', 'permanent', 'critical', 'abort'] as const)(
  'a report writes its level %s as upstream’s worker does',
  async (level) => {
    const bodies: string[] = [];
    const url = await listening((request, response) => {
      request.on('data', (part: Buffer) => bodies.push(part.toString()));
      request.on('end', () => response.end('{"jsonrpc":"2.0","id":1,"result":null}'));
    });
    await sectorClient({ url, headers: {} }).reportState(
      { miner: 1, number: 1 },
      {
        Worker: { Instance: 'w1', Location: '/store1' },
        StateChange: { Prev: 'C1Done', Next: 'C1Done', Event: '' },
        Failure: { Level: level, Desc: 'why' },
      },
    );
    const written = `${level.charAt(0).toUpperCase()}${level.slice(1)}`;
    expect(JSON.parse(bodies.join('')).params[1].Failure).toEqual({ Level: written, Desc: 'why' });
  },
);

test("the manager's token for pieces goes with the piece, its headers with every call", async () => {
  const client = sectorClient({ url: 'http://m', headers: {}, pieceToken: 't' });
  expect((await client.pieceSource('c')).headers).toEqual({ authorization: 'Bearer t' });
});

test.each([{ Ticket: 5 }, null, 'x'])('a ticket of another shape (%j) is a bad answer', async (result) => {
  const url = await answering({ jsonrpc: '2.0', id: 1, result });
  const client = sectorClient({ url, headers: {} });
  await expect(client.assignTicket({ miner: 1, number: 1 })).rejects.toMatchObject({
    code: 'bad_answer',
    message: expect.stringContaining('Venus.AssignTicket'),
  });
});

test.each([
  ['<html>bad gateway</html>', 502],
  ['', 503],
  [{ message: 'slow down' }, 429],
  [{ code: 'too_many', detail: '256 requests are being answered' }, 429],
  ['', 408],
])('%j with HTTP %d is a manager that is away for now', async (body, status) => {
  const failure = await call(await answering(body, status)).catch((thrown: unknown) => thrown);
  expect(failure).toMatchObject({
    code: 'unreachable',
    message: expect.stringMatching(`^Venus.X: 127.0.0.1:\\d+ cannot answer now \\(HTTP ${status}`),
  });
});

test('an error in JSON-RPC is an answer, whatever its HTTP status', async () => {
  const url = await answering({ jsonrpc: '2.0', id: 1, error: { code: 1, message: 'no' } }, 500);
  await expect(call(url)).rejects.toMatchObject({ code: 'remote_error' });
});
