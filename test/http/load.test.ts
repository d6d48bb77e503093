/** Who asks too much at once is refused in words; what is there for others stays as it was. */
import { once } from 'node:events';
import { get as httpGet, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { Hono } from 'hono';
import { expect, onTestFinished, test, vi } from 'vitest';
import { jsonRpcHandler, type RpcLimits } from '#src/http/json-rpc.js';
import { limitInFlight } from '#src/http/load.js';
import { managerApp } from '#src/http/manager/app.js';
import { type App, type Patience, serve } from '#src/http/serve.js';
import { post, rpc, workerDoors } from '../tools/http/setup.js';
import { setup } from '../tools/manager/setup.js';

const call = (id: number, method = 'do') => ({ jsonrpc: '2.0', id, method });
const batchOf = (count: number) => JSON.stringify(Array.from({ length: count }, (_, n) => call(n)));

function handlerOf(act: () => unknown, limits?: RpcLimits) {
  const handle = jsonRpcHandler({ do: { names: [], call: act } }, limits);
  return async (text: string) => JSON.parse((await handle(text)).text ?? 'null') as unknown;
}

test('a batch of more than a hundred is refused as a whole: nothing of it is carried out', async () => {
  const act = vi.fn(() => 1);
  expect(await handlerOf(act)(batchOf(2000))).toMatchObject({
    id: null,
    error: { code: -32600, message: 'a batch of 2000 requests: send at most 100 at once' },
  });
  expect(act).not.toHaveBeenCalled();
  expect(await handlerOf(act)(batchOf(100))).toHaveLength(100);
});

test('2,000 AllocateSector in one batch draw no sector', async () => {
  const { manager } = await setup();
  const batch = Array.from({ length: 2000 }, (_, id) => ({
    ...call(id, 'Venus.AllocateSector'),
    params: [{ AllowedMiners: null, AllowedProofTypes: null }],
  }));
  expect((await post(managerApp(manager), '/rpc/v0', batch)).body).toMatchObject({ error: { code: -32600 } });
  expect(manager.sectors.list()).toEqual([]);
});

test('others have their turn between two requests of a batch', async () => {
  const seen: string[] = [];
  const handle = handlerOf(() => void seen.push('batch'));
  const other = new Promise<void>((resolve) => setImmediate(() => resolve(void seen.push('other'))));
  await Promise.all([handle(batchOf(50)), other]);
  expect(seen.indexOf('other')).toBeLessThan(5);
});

test('what is left of a batch whose answers are too large, or take too long, is not carried out', async () => {
  const act = vi.fn(() => 'x'.repeat(1000));
  const large = (await handlerOf(act, { batchAnswers: 5000 })(batchOf(20))) as readonly { error?: unknown }[];
  expect(act).toHaveBeenCalledTimes(5);
  expect(large).toHaveLength(20);
  expect(large.at(-1)).toMatchObject({ id: 19, error: { data: { code: 'too_many' } } });
  const slow = vi.fn(() => new Promise((resolve) => setTimeout(resolve, 20)));
  await handlerOf(slow, { batchMs: 10 })(batchOf(20));
  expect(slow).toHaveBeenCalledTimes(1);
});

test('the text of an error is short, whatever was asked', async () => {
  const { app } = workerDoors();
  const long = 'x'.repeat(900_000);
  for (const [method, params] of [
    ['VenusWorker.WorkerResume', [1, long]],
    ['VenusWorker.WorkerPause', [long]],
    ['VenusWorker.WorkerSetEnv', [long, 'x']],
    [long, []],
  ] as const)
    expect((await rpc(app, method, params)).error?.message.length).toBeLessThan(5000);
  const { manager } = await setup();
  const answer = await post(managerApp(manager), '/api/v1/sectors/s-t010000-1/rebuild', { [long]: 1 });
  expect(JSON.stringify(answer.body).length).toBeLessThan(6000);
});

test('HEAD of the event stream, 10,000 times, leaves no subscription', async () => {
  const doors = workerDoors();
  const subscribe = vi.spyOn(doors.events, 'subscribe');
  for (let n = 0; n < 10_000; n += 1)
    expect((await doors.app.request('/api/v1/events', { method: 'HEAD' })).status).toBe(200);
  expect(subscribe).not.toHaveBeenCalled();
});

test('of a hundred streams of events the next is refused, until one ends', async () => {
  const { app } = workerDoors();
  const open = async () => app.request('/api/v1/events');
  const streams = await Promise.all(Array.from({ length: 100 }, open));
  onTestFinished(async () => void (await Promise.all(streams.map((each) => each.body?.cancel()))));
  expect(streams.every(({ status }) => status === 200)).toBe(true);
  const refused = await open();
  expect([refused.status, await refused.json()]).toMatchObject([429, { code: 'too_many' }]);
  await streams.pop()?.body?.cancel();
  await expect
    .poll(async () => {
      const next = await open();
      if (next.status === 200) streams.push(next);
      return next.status;
    })
    .toBe(200);
});

test('requests over what is answered at once are refused, and taken again when others have ended', async () => {
  const app = new Hono();
  app.onError((error, c) => c.json({ text: error.message }, 429));
  limitInFlight(app, 2);
  const ends: (() => void)[] = [];
  app.get('/', async (c) => {
    await new Promise<void>((resolve) => ends.push(resolve));
    return c.text('done');
  });
  const [first, second] = [app.request('/'), app.request('/')];
  expect((await app.request('/')).status).toBe(429);
  for (const end of ends.splice(0)) end();
  expect([(await first).status, (await second).status]).toEqual([200, 200]);
  const third = app.request('/');
  await vi.waitFor(() => expect(ends).toHaveLength(1));
  ends[0]?.();
  expect((await third).status).toBe(200);
});

const outgoingOf = (env: unknown) => (env as { outgoing: ServerResponse }).outgoing;

async function serving(app: App, patience: Patience) {
  const served = await serve(app, { host: '127.0.0.1', port: 0 }, patience);
  onTestFinished(() => served.close());
  return served;
}

test.each([
  ['the head of its request', 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n', { headersMs: 100 }],
  [
    'the body of its request',
    'POST / HTTP/1.1\r\nHost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
    { headersMs: 100, requestMs: 150 },
  ],
])('a client that does not end %s is cut off', async (_, text, patience) => {
  const { port } = await serving(workerDoors().app, patience);
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  socket.write(text);
  socket.resume();
  await once(socket, 'close');
});

test('a client that does not read its answer is cut off; one that reads slowly, or waits for an answer, is not', async () => {
  const app = new Hono();
  const large = Buffer.alloc(16 * 1024 * 1024);
  const closed: (string | undefined)[] = [];
  app.get('/large', (c) => {
    outgoingOf(c.env).once('close', () => closed.push(c.req.query('of')));
    return c.body(large);
  });
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  app.get('/later', async (c) => {
    await answered;
    return c.text('done');
  });
  const { port } = await serving(app, { slowClientMs: 2000 });
  const open = (path: string) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      // For as long as there is a connection: one that is cut off, or closed with its server, says so at any time.
      httpGet(`http://127.0.0.1:${port}${path}`, (message) => {
        message.on('error', () => undefined);
        resolve(message);
      }).on('error', reject);
    });
  const waiting = open('/later');
  // Where the test fails before its end, so does this.
  waiting.catch(() => undefined);
  await open('/large?of=stuck');
  const slow = await open('/large?of=slow');
  let read = 0;
  for await (const chunk of slow) {
    read += (chunk as Buffer).length;
    // Longer than the patience in all.
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  expect(read).toBe(large.length);
  await vi.waitFor(() => expect(closed).toContain('stuck'), { timeout: 25_000 });
  answer();
  const later = await waiting;
  later.resume();
  expect(later.statusCode).toBe(200);
  await once(later, 'end');
});
