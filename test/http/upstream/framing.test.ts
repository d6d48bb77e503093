/** How a message is framed is of one connection: what a manager in front of another one sends on is framed anew. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { behind, front, rpcBody, send } from '../../tools/http/upstream-setup.js';

/** What comes back for bytes as they are. */
async function raw(url: string, message: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(message);
  return text(socket);
}

const head =
  'POST /rpc/v0 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\n';
const body = rpcBody('AllocateSector');
const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;

test('a body in chunks is sent on with its length', async () => {
  const upstream = await behind();
  const { url } = await front(upstream.url);
  expect(await raw(url, `${head}Transfer-Encoding: chunked\r\n\r\n${chunked}`)).toMatch(/^HTTP\/1\.1 200 /);
  expect(upstream.came).toMatchObject([{ headers: { 'content-length': String(body.length) } }]);
  expect(upstream.came[0]?.headers).not.toHaveProperty('transfer-encoding');
  expect(upstream.came[0]?.body.toString()).toBe(body);
});

test('one with a length and chunks, or with two lengths, reaches nobody', async () => {
  const upstream = await behind();
  const { url } = await front(upstream.url);
  for (const framing of [
    `Content-Length: ${body.length}\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`,
    `Content-Length: 3\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  ])
    expect(await raw(url, head + framing)).toMatch(/^HTTP\/1\.1 400 /);
  expect(upstream.came).toEqual([]);
});

test('one that waits for leave to come gets it here', async () => {
  const upstream = await behind();
  const { url } = await front(upstream.url);
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(`${head}Expect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n`);
  const [leave] = await once(socket, 'data');
  expect(String(leave)).toMatch(/^HTTP\/1\.1 100 /);
  socket.write(body);
  expect(await text(socket)).toContain('HTTP/1.1 200 ');
  expect(upstream.came[0]?.headers).not.toHaveProperty('expect');
});

test('the head of a large piece says its size, and its connection is free again', async () => {
  const upstream = await behind();
  const { url } = await front(upstream.url);
  // The server's own words where an answer is sent twice.
  const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  onTestFinished(() => said.mockRestore());
  upstream.answer = (_, response) => response.writeHead(200, { 'content-length': '34359738368' }).end();
  for (const _ of [1, 2]) {
    const got = await send(url, { method: 'HEAD', path: '/piecestore/baga' });
    expect([got.status, got.headers['content-length'], got.bytes.length]).toEqual([200, '34359738368', 0]);
  }
  expect(upstream.came.map(({ method }) => method)).toEqual(['HEAD', 'HEAD']);
  expect(said).not.toHaveBeenCalled();
});
