/** WebSocket callers of a manager in front of another one: a frame is passed on as a POST, and its answer is a frame. */
import { once } from 'node:events';
import { expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { behind, front, pingBody, rpcBody, soon } from '../../tools/http/upstream-setup.js';
import { exchangesIn } from '../../tools/traffic.js';

async function open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/rpc/v0`, { headers });
  socket.on('error', () => undefined);
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  return socket;
}

async function asked(socket: WebSocket, frame: string): Promise<string> {
  const answered = once(socket, 'message');
  socket.send(frame);
  return String((await answered)[0]);
}

test('frames and answers pass byte for byte, with the token of the connection; pings are answered here', async () => {
  const upstream = await behind();
  const { url } = await front(upstream.url);
  const socket = await open(url, { authorization: 'Bearer of-cli' });
  const recorded = exchangesIn('cli-ws_our-manager.json').filter(({ method }) => !method.includes('Ping'));
  for (const { body, answerText } of recorded) {
    upstream.answer = (_, response) => response.writeHead(200).end(answerText);
    expect(await asked(socket, body)).toBe(answerText);
    expect(upstream.came.at(-1)).toMatchObject({
      method: 'POST',
      url: '/rpc/v0',
      headers: { authorization: 'Bearer of-cli' },
    });
    expect(upstream.came.at(-1)?.body.toString()).toBe(body);
    expect(
      Object.keys(upstream.came.at(-1)?.headers ?? {}).filter((name) => name.startsWith('sec-')),
    ).toEqual([]);
  }
  const count = upstream.came.length;
  expect(count).toBe(recorded.length);
  expect(JSON.parse(await asked(socket, pingBody('w1')))).toMatchObject({ result: null });
  await vi.waitFor(() => expect(upstream.came).toHaveLength(count + 1), soon);
});

test('what upstream says that is not JSON-RPC, and its silence, are errors under the id of the request', async () => {
  const upstream = await behind();
  const { url } = await front(upstream.url);
  const socket = await open(url);
  upstream.answer = (_, response) => response.writeHead(401).end('no token');
  expect(JSON.parse(await asked(socket, rpcBody('ListSectors', [], 7)))).toMatchObject({
    id: 7,
    error: { message: expect.stringMatching(/answered HTTP 401: no token/), data: { code: 'remote_error' } },
  });
  await upstream.stop();
  expect(JSON.parse(await asked(socket, rpcBody('ListSectors', [], 8)))).toMatchObject({
    id: 8,
    error: {
      code: -32004,
      message: expect.stringContaining(String(upstream.port)),
      data: { code: 'unreachable' },
    },
  });
});

test('a call that is cancelled, or whose connection ends, is ended behind, too', async () => {
  const upstream = await behind();
  const { url } = await front(upstream.url);
  const ended: string[] = [];
  const waiting: string[] = [];
  upstream.answer = ({ body }, response) => {
    const { method } = JSON.parse(body.toString());
    waiting.push(method);
    response.once('close', () => ended.push(method));
  };
  const socket = await open(url);
  socket.send(rpcBody('One', [], 1));
  socket.send(rpcBody('Two', [], 2));
  await vi.waitFor(() => expect(waiting).toHaveLength(2), soon);
  socket.send('{"jsonrpc":"2.0","method":"xrpc.cancel","params":[1],"meta":{"SpanContext":"AAA="}}');
  await vi.waitFor(() => expect(ended).toEqual(['Venus.One']), soon);
  socket.terminate();
  await vi.waitFor(() => expect(ended).toEqual(['Venus.One', 'Venus.Two']), soon);
});

test('calls under one id, or under none, all end with their connection', async () => {
  const upstream = await behind();
  const { url } = await front(upstream.url);
  let waiting = 0;
  let ended = 0;
  upstream.answer = (_, response) => {
    waiting += 1;
    response.once('close', () => {
      ended += 1;
    });
  };
  const socket = await open(url);
  for (const frame of [
    rpcBody('One', [], 1),
    rpcBody('Two', [], 1),
    `[${rpcBody('A')}]`,
    `[${rpcBody('B')}]`,
  ])
    socket.send(frame);
  await vi.waitFor(() => expect(waiting).toBe(4), soon);
  socket.terminate();
  await vi.waitFor(() => expect(ended).toBe(4), soon);
});

test('an answer is asked for as it stands in a frame, whatever the handshake could unpack', async () => {
  const upstream = await behind();
  const { url } = await front(upstream.url);
  await asked(await open(url, { 'accept-encoding': 'gzip' }), rpcBody('AllocateSector'));
  expect(upstream.came[0]?.headers).not.toHaveProperty('accept-encoding');
});

test('a stream is refused by name, with where to ask for it', async () => {
  const upstream = await behind();
  const { url } = await front(upstream.url);
  const { error } = JSON.parse(await asked(await open(url), rpcBody('UnsealPiece')));
  expect(error).toMatchObject({
    code: -32601,
    message: expect.stringMatching(/^Venus\.UnsealPiece .*http:\/\/127/),
  });
  expect(upstream.came).toEqual([]);
});
