/** What a manager in front of another one answers itself: reports of workers, control, and what it saw on the way. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { answering } from '../../tools/fleet/setup.js';
import { behind, front, jsonOf, pingBody, rpcBody, send, soon } from '../../tools/http/upstream-setup.js';

const get = (url: string, path: string) => send(url, { method: 'GET', path });
const post = (url: string, path: string, body: object = {}) =>
  send(url, { path, body: JSON.stringify(body) });
const json = { 'content-type': 'application/json' };
const result = (value: unknown) => JSON.stringify({ jsonrpc: '2.0', id: 1, result: value });

describe('reports of workers', () => {
  test('a ping is answered here at once, while upstream does not answer at all; it is passed on beside that', async () => {
    const upstream = await behind();
    const { url } = await front(upstream.url);
    upstream.answer = () => undefined;
    const body = pingBody('w1', { Id: 'worker-a', Incarnation: 'i1' });
    const got = await send(url, {
      body,
      headers: { authorization: 'Bearer of-w1', 'x-sealvisor-expects': 'another' },
    });
    expect([got.status, jsonOf(got)]).toEqual([200, { jsonrpc: '2.0', id: 1, result: null }]);
    await vi.waitFor(() => expect(upstream.came).toHaveLength(1), soon);
    expect(upstream.came[0]?.body.toString()).toBe(body);
    expect(upstream.came[0]?.headers.authorization).toBe('Bearer of-w1');
    // The last one is still on its way: no second one stands behind it.
    await send(url, { body });
    const workers = JSON.parse((await get(url, '/api/v1/workers')).bytes.toString());
    expect(workers).toMatchObject([{ name: 'w1', dest: '127.0.0.1:27890', id: 'worker-a' }]);
    expect(upstream.came).toHaveLength(1);
  });

  test('an upstream that does not take them is said once, and its taking them again too', async () => {
    const upstream = await behind();
    const { url, lines } = await front(upstream.url);
    const pinged = async (status: number) => {
      upstream.answer = (_, response) =>
        response.writeHead(status, json).end(status === 200 ? result(null) : undefined);
      const before = upstream.came.length;
      await vi.waitFor(async () => {
        await send(url, { body: pingBody('w1') });
        expect(upstream.came.length).toBeGreaterThan(before + 1);
      }, soon);
    };
    await pinged(401);
    await pinged(401);
    await pinged(200);
    await vi.waitFor(
      () => expect(lines.filter((line) => /reports of workers/.test(line))).toHaveLength(2),
      soon,
    );
    expect(lines.filter((line) => /reports of workers/.test(line))).toEqual([
      expect.stringMatching(/^warn upstream does not take the reports of workers \(HTTP 401\)/),
      expect.stringMatching(/^info upstream takes/),
    ]);
  });

  test("upstream's command line is answered from this manager's own list", async () => {
    const upstream = await behind();
    const { url } = await front(upstream.url);
    await send(url, { body: pingBody('w1') });
    const list = jsonOf(await send(url, { body: rpcBody('WorkerPingInfoList') })).result;
    expect(list).toMatchObject([{ Info: { Name: 'w1', Summary: { Threads: 2 } } }]);
    expect(jsonOf(await send(url, { body: rpcBody('WorkerGetPingInfo', ['w1']) })).result).toMatchObject({
      Info: { Name: 'w1' },
    });
    await send(url, { body: rpcBody('WorkerPingInfoRemove', ['w1']) });
    expect(jsonOf(await send(url, { body: rpcBody('WorkerGetPingInfo', ['w1']) })).result).toBeNull();
  });

  test('the answer to a ping carries the id of the manager behind, by which the worker goes; none where that has none', async () => {
    const upstream = await behind();
    const { url } = await front(upstream.url);
    const idIn = async () => (await send(url, { body: pingBody('w1') })).headers['x-sealvisor-manager'];
    expect(await idIn()).toBeUndefined();
    upstream.answer = (_, response) =>
      response.writeHead(200, { ...json, 'x-sealvisor-manager': 'behind-1' }).end(result(null));
    await send(url, { body: rpcBody('AllocateSector') });
    expect(await idIn()).toBe('behind-1');
  });

  test('a batch of both kinds is refused whole; one of a kind goes where it belongs', async () => {
    const upstream = await behind();
    const { url } = await front(upstream.url);
    const [ping, other] = [pingBody('w1'), rpcBody('AllocateSector')];
    expect(jsonOf(await send(url, { body: `[${ping},${other}]` })).error).toMatchObject({ code: -32600 });
    expect(upstream.came).toEqual([]);
    await send(url, { body: `[${other},${other}]` });
    expect(upstream.came[0]?.body.toString()).toBe(`[${other},${other}]`);
    expect(jsonOf(await send(url, { body: `[${rpcBody('WorkerPingInfoList')}]` }))).toMatchObject([
      { result: [] },
    ]);
    expect(upstream.came).toHaveLength(1);
  });
});

test('a command goes from here to the worker itself', async () => {
  const upstream = await behind();
  const { url } = await front(upstream.url);
  const worker = await answering([{ index: 0 }]);
  await send(url, { body: pingBody('w1').replace('127.0.0.1:27890', worker.slice(7)) });
  await get(url, '/api/v1/workers/w1/threads');
  const got = await get(url, '/api/v1/workers/w1/threads');
  // It is the worker's own answer that this is about.
  expect(got.bytes.toString()).toContain(worker.slice(7));
});

const ID = { Miner: 10000, Number: 7 };
const report = (Prev: string, Next: string, Failure: unknown = null) =>
  rpcBody('ReportState', [
    ID,
    { Worker: { Instance: 'w1', Location: '/store1' }, StateChange: { Prev, Next, Event: '' }, Failure },
  ]);

/** What is passed on, with the answer of upstream. */
async function sealed(url: string, upstream: Awaited<ReturnType<typeof behind>>) {
  const say = async (body: string, answer: unknown) => {
    upstream.answer = (_, response) => response.writeHead(200, json).end(result(answer));
    await send(url, { body });
  };
  await say(rpcBody('AllocateSector', [{}]), { ID, ProofType: 8 });
  await say(report('Empty', 'Allocated'), null);
  await say(rpcBody('AcquireDeals', [ID, {}]), [{}, {}]);
  await say(rpcBody('SubmitPreCommit', [{ ID, ProofType: 8 }, {}, false]), { Res: 1, Desc: null });
  await say(report('PCSubmitted', 'PCLanded'), { Id: ID, Finalized: false, AbortReason: '' });
  await say(report('PCLanded', 'PCLanded', { Level: 'Permanent', Desc: 'no seed' }), null);
  await say(report('PCLanded', 'PCLanded', { Level: 'Permanent', Desc: 'no seed' }), null);
  await say(rpcBody('SubmitPersistedEx', [ID, 'remote', false]), true);
}

describe('what was seen', () => {
  test('a sector is shown as its worker reported it and upstream answered, and so are its steps, over a restart', async () => {
    const upstream = await behind();
    const first = await front(upstream.url);
    await sealed(first.url, upstream);
    const look = async (url: string) => ({
      sectors: JSON.parse((await get(url, '/api/v1/sectors')).bytes.toString()),
      history: JSON.parse((await get(url, '/api/v1/sectors/s-t010000-7/history')).bytes.toString()) as {
        text: string;
      }[],
    });
    const seen = await look(first.url);
    expect(seen.sectors).toMatchObject([
      {
        ...{
          id: 's-t010000-7',
          proofType: 8,
          state: 'PCLanded',
          deals: 2,
          observed: true,
          finalized: false,
          abort: null,
        },
        ...{
          worker: { name: 'w1', location: '/store1' },
          persistedIn: 'remote',
          messages: { preCommit: 1, proof: 0 },
        },
        failure: { level: 'permanent', message: 'no seed' },
      },
    ]);
    expect(seen.history.map(({ text }) => text)).toEqual([
      'given out',
      'Empty -> Allocated on w1',
      '2 pieces',
      'pre-commit accepted',
      'PCSubmitted -> PCLanded on w1',
      'at PCLanded on w1: permanent: no seed',
      'persisted in remote',
    ]);
    await first.stop();
    const second = await front(upstream.url, first.home);
    expect(await look(second.url)).toEqual(seen);
  });

  test('an abort, by either side, and a refusal are seen; what nobody gave out is not made a sector', async () => {
    const upstream = await behind();
    const { url } = await front(upstream.url);
    await sealed(url, upstream);
    upstream.answer = (_, response) =>
      response
        .writeHead(500, json)
        .end('{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"no such deal"}}');
    await send(url, { body: rpcBody('WaitSeed', [ID]) });
    await send(url, { body: rpcBody('WaitSeed', [{ Miner: 1, Number: 1 }]) });
    upstream.answer = (_, response) =>
      response.writeHead(200, json).end(result({ Finalized: false, AbortReason: 'expired' }));
    await send(url, { body: report('PCLanded', 'PCLanded') });
    upstream.answer = (_, response) => response.writeHead(200, json).end(result(null));
    await send(url, { body: rpcBody('ReportAborted', [ID, 'as told']) });
    const list = JSON.parse((await get(url, '/api/v1/sectors')).bytes.toString());
    expect(list).toMatchObject([{ id: 's-t010000-7', abort: { reason: 'as told', by: 'w1' } }]);
    const steps = JSON.parse(
      (await get(url, '/api/v1/sectors/s-t010000-7/history?limit=3')).bytes.toString(),
    );
    expect(steps.map(({ text }: { text: string }) => text)).toEqual([
      'WaitSeed is refused: no such deal',
      'at PCLanded on w1; it is told to abort: expired',
      'aborted by its worker: as told',
    ]);
  });

  test('whatever is asked and answered, nothing that is seen of it is in its way', async () => {
    const upstream = await behind();
    const { url } = await front(upstream.url);
    for (const answer of [
      'null',
      '{"jsonrpc":"2.0","result":{"ID":{"Miner":"x"}}}',
      `${'['.repeat(3000)}${']'.repeat(3000)}`,
    ]) {
      upstream.answer = (_, response) => response.writeHead(200, json).end(answer);
      for (const body of [
        report('A', 'B').replace('"w1"', '7'),
        rpcBody('AllocateSector', [null]),
        'no JSON',
        `${'['.repeat(3000)}`,
      ])
        expect((await send(url, { body })).bytes.toString()).toBe(answer);
    }
    expect((await get(url, '/api/v1/sectors')).bytes.toString()).toBe('[]');
  });
});

test('what decides about sectors and jobs is refused, naming the manager that does', async () => {
  const upstream = await behind();
  const { url } = await front(upstream.url);
  await sealed(url, upstream);
  for (const path of [
    'sectors/s-t010000-7/abort',
    'sectors/s-t010000-7/snapup',
    'sectors/s-t010000-7/rebuild',
    'sectors/s-t010000-7/unseal',
    'wdpost',
    'jobs/j1/cancel',
  ]) {
    const got = await post(url, `/api/v1/${path}`, { by: 'alice' });
    expect([path, got.status, jsonOf(got)]).toMatchObject([
      path,
      409,
      { code: 'upstream_decides', detail: expect.stringContaining(upstream.url) },
    ]);
  }
  expect((await get(url, '/api/v1/jobs')).status).toBe(409);
  expect(jsonOf(await post(url, '/api/v1/sectors/s-t010000-7/abort'))).toMatchObject({
    detail: expect.stringContaining('util worker resume w1 <thread> Aborted'),
  });
});

test('readyz says the mode and what upstream answered last; metrics count by method and outcome', async () => {
  const upstream = await behind();
  const { url } = await front(upstream.url);
  expect(jsonOf(await get(url, '/readyz'))).toEqual({
    ...{ status: 'ok', mode: 'upstream' },
    upstream: { url: upstream.url, isUp: null, since: null, lastAnswer: null, fault: null },
  });
  await send(url, { body: rpcBody('AllocateSector') });
  upstream.answer = (_, response) =>
    response.writeHead(200, json).end('{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}');
  await send(url, { body: rpcBody('AssignTicket', [ID]) });
  await upstream.stop();
  await send(url, { body: rpcBody('AssignTicket', [ID]) });
  expect(jsonOf(await get(url, '/readyz'))).toMatchObject({
    status: 'upstream does not answer',
    upstream: {
      isUp: false,
      lastAnswer: { status: 200 },
      fault: expect.stringContaining(String(upstream.port)),
    },
  });
  const text = (await get(url, '/metrics')).bytes.toString();
  for (const [method, outcome] of [
    ['AllocateSector', 'answered'],
    ['AssignTicket', 'refused'],
    ['AssignTicket', 'unreachable'],
  ])
    expect(text).toContain(`sealvisor_upstream_calls_total{method="Venus.${method}",outcome="${outcome}"} 1`);
  expect(text).toContain('sealvisor_upstream_seconds_count{method="Venus.AllocateSector"} 1');
  expect(text).toMatch(/^sealvisor_upstream_up 0$/m);
});

test('names that callers make up do not fill the figures', async () => {
  const upstream = await behind();
  const { url } = await front(upstream.url);
  for (let n = 0; n < 170; n += 1) await send(url, { body: rpcBody(`Made${n}`) });
  const text = (await get(url, '/metrics')).bytes.toString();
  expect(text).toContain('sealvisor_upstream_calls_total{method="other",outcome="answered"} 20');
  expect(text).not.toContain('Made169');
});

test('where its home is taken it does not start, and leaves its port', async () => {
  const upstream = await behind();
  const { home, url } = await front(upstream.url);
  expect(existsSync(join(home, 'upstream.db'))).toBe(true);
  await expect(front(upstream.url, home)).rejects.toMatchObject({ code: 'location_in_use' });
  expect((await send(url, { body: rpcBody('AllocateSector') })).status).toBe(200);
});
