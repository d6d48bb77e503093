/** JSON-RPC over a WebSocket, as upstream's command line asks: the same methods, the same refusals, limits of its own. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Hono } from 'hono';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { jsonRpcHandler } from '#src/http/json-rpc.js';
import { managerApp } from '#src/http/manager/app.js';
import { rpcPaths } from '#src/http/rpc-door.js';
import { type App, type Patience, serve } from '#src/http/serve.js';
import { webSocketDoor } from '#src/http/web-socket-door.js';
import { workerDoors } from '../tools/http/setup.js';
import { setup } from '../tools/manager/setup.js';
import { exchangesIn } from '../tools/traffic.js';

const ping = (name: string) => ({
  name,
  worker: null,
  dest: '127.0.0.1:27890',
  version: '0.1.0',
  summary: { threads: 2, empty: 0, paused: 2, running: 0, waiting: 0, errors: 2 },
});

async function serving(app: App, patience: Patience = {}) {
  const served = await serve(app, { host: '127.0.0.1', port: 0 }, { webSockets: rpcPaths, ...patience });
  onTestFinished(() => served.close());
  return served;
}

async function door(patience: Patience = {}) {
  const { manager } = await setup();
  const served = await serving(managerApp(manager, { names: ['seal.lan'] }), patience);
  return { manager, served, port: served.port };
}

async function open(port: number, path = '/rpc/v0'): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  socket.on('error', () => undefined);
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  return socket;
}

const textOf = (data: unknown) => JSON.parse(String(data)) as Record<string, unknown>;

async function asked(socket: WebSocket, frame: string): Promise<Record<string, unknown>> {
  const answered = once(socket, 'message');
  socket.send(frame);
  const [data] = await answered;
  return textOf(data);
}

const request = (id: number, method: string, params: readonly unknown[] = []) =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params });

/** The head of a request for an upgrade, byte for byte; the status line and headers of what comes back. */
async function handshake(port: number, path: string, headers: Readonly<Record<string, string>>) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = await sent(port, `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
  const [head] = (await once(socket, 'data')) as [Buffer];
  return head.toString();
}

async function sent(port: number, text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  socket.write(text);
  return socket;
}

describe('what upstream was recorded to send', () => {
  test('its handshake is taken', async () => {
    const { port } = await door();
    const [recorded] = exchangesIn('cli-handshake_our-manager.json');
    const head = await handshake(port, recorded?.path ?? '', recorded?.headers ?? {});
    expect(head).toMatch(/^HTTP\/1\.1 101 /);
    // Of the recorded key (RFC 6455, section 4.2.2).
    expect(head).toMatch(/sec-websocket-accept: ICX\+Yqv66kxgM0FcWaLWlFLwTAI=/i);
  });

  test.each(['cli-ws_our-manager.json', 'v0.2/cli-ws_our-manager.json'])(
    'the frames of %s are answered in their shape, and those that only a newer manager knows by name',
    async (file) => {
      const { port, manager } = await door();
      const socket = await open(port);
      for (const { at, method, variant, body, id, answer } of exchangesIn(file)) {
        for (const { name } of manager.roster.list()) manager.roster.remove(name);
        if (variant !== 'empty list') manager.roster.ping({ ...ping('worker-a'), source: null });
        const now = await asked(socket, body);
        expect([at, now], method).toMatchObject([at, { jsonrpc: '2.0', id }]);
        // Some that were unknown then are served today.
        if (answer?.error && now.error)
          expect([at, now.error]).toMatchObject([
            at,
            { code: -32601, message: expect.stringContaining(method) },
          ]);
        else if (answer?.error)
          expect([at, now]).toEqual([at, { jsonrpc: '2.0', id, result: expect.anything() }]);
        else expect([at, shapeOf(now.result)]).toEqual([at, shapeOf(answer?.result)]);
      }
    },
  );
});

/** The same value without the time and the figures of a worker, which are not the same in the recordings. */
function shapeOf(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value)
      .replaceAll(/"LastPing":\d+/g, '"LastPing":0')
      .replaceAll(/"Dest":"[^"]*"/g, '"Dest":""')
      .replaceAll(/"(Threads|Waiting)":\d+/g, '"$1":0'),
  );
}

test('many requests of one connection are answered, each under its id; a notification and a cancel are not', async () => {
  const { port } = await door();
  const socket = await open(port, '/');
  const ids: unknown[] = [];
  socket.on('message', (data) => ids.push(textOf(data).id));
  socket.send('{"jsonrpc":"2.0","method":"xrpc.cancel","params":[1],"meta":{"SpanContext":"AAA="}}');
  socket.send('{"jsonrpc":"2.0","method":"Venus.WorkerPingInfoList","params":null}');
  for (let id = 1; id <= 200; id += 1) socket.send(request(id, 'Venus.WorkerPingInfoList'));
  await vi.waitFor(() => expect(ids).toHaveLength(200));
  expect(new Set(ids)).toEqual(new Set(Array.from({ length: 200 }, (_, n) => n + 1)));
});

test('a ping is answered, and what is no JSON is told so: the connection stays', async () => {
  const { port } = await door();
  const socket = await open(port);
  const pong = once(socket, 'pong');
  socket.ping('here');
  expect(String((await pong)[0])).toBe('here');
  expect(await asked(socket, 'no json')).toMatchObject({ id: null, error: { code: -32700 } });
  expect(await asked(socket, request(7, 'Venus.WorkerPingInfoList'))).toEqual({
    jsonrpc: '2.0',
    id: 7,
    result: [],
  });
});

test.each([
  ['a foreign Host', 403, { host: 'evil.example' }],
  ['a page of another site', 403, { origin: 'http://evil.example' }],
  ['a page that the browser says is of another site', 403, { 'sec-fetch-site': 'cross-site' }],
  ['a key that is none', 400, { 'sec-websocket-key': 'short' }],
])('%s is refused with %i', async (_, status, headers) => {
  const { port } = await door();
  const [recorded] = exchangesIn('cli-handshake_our-manager.json');
  const head = await handshake(port, '/rpc/v0', { ...recorded?.headers, ...headers });
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
});

/** Before Node 22.21 a server that takes upgrades is given every request for one: what is not taken is refused. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const asItIs = major === 22 && minor < 21 ? 501 : 200;

test('a request for one on another path, or of a worker, is answered as it is', async () => {
  const { port } = await door();
  const { headers } = exchangesIn('cli-handshake_our-manager.json')[0] ?? { headers: {} };
  expect(await handshake(port, '/api/v1/workers', headers)).toContain(`HTTP/1.1 ${asItIs} `);
  expect(await handshake(port, '/rpc/v1', headers)).toMatch(/^HTTP\/1\.1 (404|501) /);
  const worker = await serve(workerDoors().app, { host: '127.0.0.1', port: 0 });
  onTestFinished(() => worker.close());
  expect(await handshake(worker.port, '/', headers)).toMatch(/^HTTP\/1\.1 404 /);
});

test('a request for another kind of upgrade is answered as it is', async () => {
  const { port } = await door();
  const head = await handshake(port, '/healthz', {
    host: '127.0.0.1',
    connection: 'Upgrade, HTTP2-Settings',
    upgrade: 'h2c',
    'http2-settings': 'AAMAAABkAAQCAAAAAAIAAAAA',
  });
  expect(head).toContain(`HTTP/1.1 ${asItIs} `);
});

test('a frame above 1 MiB, or of bytes, closes its connection alone, with the code that says why', async () => {
  const { port } = await door();
  const [large, binary, other] = [await open(port), await open(port), await open(port)];
  large.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'x'.repeat(1024 * 1024) }));
  expect((await once(large, 'close'))[0]).toBe(1009);
  binary.send(Buffer.from(request(1, 'Venus.WorkerPingInfoList')));
  expect((await once(binary, 'close'))[0]).toBe(1003);
  expect(await asked(other, request(2, 'Venus.WorkerPingInfoList'))).toMatchObject({ id: 2, result: [] });
});

test('of 256 connections the next is refused, until one ends', async () => {
  const { port } = await door();
  const sockets = await Promise.all(Array.from({ length: 256 }, () => open(port)));
  const { headers } = exchangesIn('cli-handshake_our-manager.json')[0] ?? { headers: {} };
  expect(await handshake(port, '/rpc/v0', headers)).toMatch(/^HTTP\/1\.1 429 /);
  sockets.pop()?.terminate();
  await vi.waitFor(async () => expect(await handshake(port, '/rpc/v0', headers)).toMatch(/^HTTP\/1\.1 101 /));
});

test('of a client that reads no answer no more is read, and it is cut off', async () => {
  const app = new Hono();
  const large = vi.fn(() => 'x'.repeat(1024 * 1024));
  app.get('/', webSocketDoor(jsonRpcHandler({ large: { names: [], call: large } })));
  const { port } = await serving(app, { slowClientMs: 300 });
  const socket = await open(port, '/');
  socket.pause();
  for (let id = 0; id < 1000; id += 1) socket.send(request(id, 'large'));
  await vi.waitFor(
    () => {
      // What a client that reads nothing notices of its end is that it cannot write.
      if (socket.readyState === WebSocket.OPEN) socket.ping();
      expect(socket.readyState).toBe(WebSocket.CLOSED);
    },
    { timeout: 20_000 },
  );
  expect(large.mock.calls.length).toBeLessThan(200);
});

test('a client that answers no ping is cut off, one that does is not', async () => {
  const { port } = await door({ aliveMs: 50 });
  const [gone, lives] = [new WebSocket(`ws://127.0.0.1:${port}/`, { autoPong: false }), await open(port)];
  onTestFinished(() => gone.terminate());
  await once(gone, 'close');
  expect(await asked(lives, request(1, 'Venus.WorkerPingInfoList'))).toMatchObject({ id: 1 });
});

test('the server closes with connections open: each is told, none is waited for', async () => {
  const { port, served } = await door();
  const [polite, deaf] = [await open(port), await open(port)];
  deaf.pause();
  const told = once(polite, 'close');
  await served.close();
  expect((await told)[0]).toBe(1001);
});
