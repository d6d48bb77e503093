/** JSON-RPC 2.0 as its specification says, on both daemons. */
import type { Hono } from 'hono';
import { expect, test } from 'vitest';
import { managerApp } from '#src/http/manager/app.js';
import { post, rpc, workerDoors } from '../tools/http/setup.js';
import { setup } from '../tools/manager/setup.js';

interface Daemon {
  readonly app: Hono;
  /** A call that changes nothing, with one positional parameter, and what it answers. */
  readonly call: { readonly method: string; readonly params: readonly unknown[]; readonly result: unknown };
  readonly named: Readonly<Record<string, unknown>>;
  readonly path: string;
}

const daemons: readonly [string, () => Promise<Daemon>][] = [
  [
    'worker',
    async () => ({
      app: workerDoors().app,
      call: { method: 'VenusWorker.WorkerResume', params: [0], result: false },
      named: { state: null, index: 0 },
      path: '/',
    }),
  ],
  [
    'manager',
    async () => ({
      app: managerApp((await setup()).manager),
      call: {
        method: 'Venus.StoreBasicInfo',
        params: ['s1'],
        result: { Name: 's1', Path: '', Meta: {} },
      },
      named: { name: 's1' },
      path: '/rpc/v0',
    }),
  ],
];

const invalid = {
  jsonrpc: '2.0',
  id: null,
  error: { code: -32600, message: 'this is not a JSON-RPC 2.0 request' },
};

for (const [name, start] of daemons) {
  test(`${name}: a call is answered with its id and its result`, async () => {
    const { app, call, path } = await start();
    const { method, params, result } = call;
    for (const id of [1, 'a', 0, null]) {
      const answer = await post(app, path, { jsonrpc: '2.0', id, method, params });
      expect(answer).toEqual({
        status: 200,
        type: expect.stringContaining('application/json'),
        body: { jsonrpc: '2.0', id, result },
      });
    }
  });

  test(`${name}: parameters may be given by name`, async () => {
    const { app, call, named, path } = await start();
    expect(await rpc(app, call.method, named, path)).toEqual({ jsonrpc: '2.0', id: 7, result: call.result });
  });

  test(`${name}: unknown members of a request are let be`, async () => {
    const { app, call, path } = await start();
    const request = { jsonrpc: '2.0', id: 7, ...call, result: undefined, meta: { SpanContext: '' } };
    expect((await post(app, path, request)).body).toMatchObject({ id: 7, result: call.result });
  });

  test(`${name}: a notification gets no answer, also when it fails`, async () => {
    const { app, call, path } = await start();
    const { method, params } = call;
    for (const request of [{ method, params }, { method: 'No.Such' }, { method, params: [{}] }])
      expect(await post(app, path, { jsonrpc: '2.0', ...request })).toEqual({
        status: 204,
        type: '',
        body: undefined,
      });
  });

  test(`${name}: a batch is answered in one array, without its notifications`, async () => {
    const { app, call, path } = await start();
    const { method, params, result } = call;
    const answer = await post(app, path, [
      { jsonrpc: '2.0', id: 1, method, params },
      { jsonrpc: '2.0', method, params },
      { jsonrpc: '2.0', id: 2, method: 'No.Such' },
      'rubbish',
    ]);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual([
      { jsonrpc: '2.0', id: 1, result },
      { jsonrpc: '2.0', id: 2, error: { code: -32601, message: expect.any(String) } },
      invalid,
    ]);
  });

  test(`${name}: a batch of one is answered in an array, one of notifications alone not at all`, async () => {
    const { app, call, path } = await start();
    const { method, params, result } = call;
    const one = await post(app, path, [{ jsonrpc: '2.0', id: 1, method, params }]);
    expect(one.body).toEqual([{ jsonrpc: '2.0', id: 1, result }]);
    expect((await post(app, path, [{ jsonrpc: '2.0', method, params }])).status).toBe(204);
  });

  test(`${name}: an empty batch is one invalid request, a batch of rubbish is one each`, async () => {
    const { app, path } = await start();
    expect((await post(app, path, [])).body).toEqual(invalid);
    expect((await post(app, path, [1, null, []])).body).toEqual([invalid, invalid, invalid]);
  });

  test.each(['', '{', '{"jsonrpc": "2.0", "method": "foobar, "params"', '[1,'])(
    `${name}: %j is a parse error`,
    async (text) => {
      const { app, path } = await start();
      const { status, body } = await post(app, path, text);
      expect(status).toBe(200);
      expect(body).toEqual({
        jsonrpc: '2.0',
        id: null,
        error: { code: -32700, message: expect.any(String) },
      });
    },
  );

  test.each([
    'null',
    '1',
    '"text"',
    '{}',
    '{"method":"Venus.X","id":1}',
    '{"jsonrpc":"1.0","method":"Venus.X","id":1}',
    '{"jsonrpc":"2.0","method":1,"params":"bar"}',
    '{"jsonrpc":"2.0","method":"Venus.X","params":"bar","id":1}',
    '{"jsonrpc":"2.0","method":"Venus.X","id":{}}',
    '{"jsonrpc":"2.0","method":"Venus.X","id":true}',
    '{"jsonrpc":"2.0","result":1,"id":1}',
  ])(`${name}: %s is an invalid request`, async (text) => {
    const { app, path } = await start();
    const { status, body } = await post(app, path, text);
    expect(status).toBe(200);
    expect(body).toEqual(invalid);
  });

  test.each(['No.Such', 'toString', 'constructor', '__proto__', ''])(
    `${name}: %j is a method that is not found`,
    async (method) => {
      const { app, path } = await start();
      expect(await rpc(app, method, [], path)).toMatchObject({ id: 7, error: { code: -32601 } });
    },
  );

  test(`${name}: a body over 1 MiB is refused, whether its length is told or not`, async () => {
    const { app, path } = await start();
    const text = `"${'x'.repeat(1024 * 1024)}"`;
    const json = { 'content-type': 'application/json' };
    const told = { method: 'POST', body: text, headers: { ...json, 'content-length': String(text.length) } };
    const untold = { method: 'POST', body: text, headers: json };
    for (const request of [told, untold]) {
      const response = await app.request(path, request);
      expect(response.status).toBe(413);
      expect(await response.json()).toMatchObject({
        code: 'body_too_large',
        detail: expect.stringContaining('1 MiB'),
      });
    }
  });

  test(`${name}: a body of just 1 MiB is read`, async () => {
    const { app, path } = await start();
    expect((await post(app, path, `"${'x'.repeat(1024 * 1024 - 2)}"`)).body).toEqual(invalid);
  });
}

test.each(daemons)('%s: a body that is nested too deep is refused, whatever it says', async (_, start) => {
  const { app, path } = await start();
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  const answer = await app.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `{"jsonrpc":"2.0","id":1,"method":"x","params":${deep}}`,
  });
  expect(await answer.json()).toMatchObject({
    error: { code: -32600, message: 'the body is nested deeper than 512' },
  });
});
