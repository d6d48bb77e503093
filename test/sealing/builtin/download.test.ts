/** Downloads that are cut in their body, from a real server. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { downloadPiece } from '#src/sealing/builtin/pieces/download.js';
import { bytesOf } from '../../tools/sealing/chain.js';

const payload = bytesOf(100_000);
const size = payload.length;

/** `answers`: one a request, the last one for all that follow. */
async function downloaded(
  ...answers: readonly ((response: ServerResponse, request: IncomingMessage) => void)[]
) {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push(request.headers.range);
    answer?.(response, request);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server that listens has an AddressInfo.
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/piece/baga?token=secret`;
  const { signal } = new AbortController();
  const got: Uint8Array[] = [];
  const read = async () => {
    for await (const bytes of await downloadPiece({ url, headers: {}, size, signal, waitMs: () => 0 }))
      got.push(bytes);
    return Buffer.concat(got);
  };
  const result = await read().catch((thrown: unknown) => thrown);
  return { result, asked, got: () => Buffer.concat(got).length };
}

const etag = { etag: '"one"' };
/** Sends up to `end` of what was asked for, then breaks the connection. */
const cutAt =
  (end: number, headers: Record<string, string> = etag) =>
  (response: ServerResponse, request: IncomingMessage) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const part = from > 0 ? { 'content-range': `bytes ${from}-${size - 1}/${size}` } : {};
    response.writeHead(from > 0 ? 206 : 200, { ...headers, ...part, 'content-length': size - from });
    response.write(payload.subarray(from, end), () => {
      if (end < size) response.destroy();
      else response.end();
    });
  };

test('a body that is cut is resumed where it ended, as often as it takes', async () => {
  const { result, asked, got } = await downloaded(cutAt(40_000), cutAt(70_000), cutAt(size));
  // An error is no buffer, and equals nothing.
  expect(Buffer.from(payload).equals(result as Buffer)).toBe(true);
  expect(asked).toHaveLength(3);
  expect(asked[0]).toBeUndefined();
  expect(asked.slice(1).every((range) => /^bytes=\d+-$/.test(range ?? ''))).toBe(true);
  expect(got()).toBe(size);
});

test.each([
  ['says no version', {}],
  ['says one that may stand for other bytes', { etag: 'W/"one"' }],
])('a server that %s is asked from the first byte, by another try', async (_, headers) => {
  const { result, asked } = await downloaded(cutAt(40_000, headers));
  expect(result).toMatchObject({
    level: 'temporary',
    message: expect.stringMatching(
      /^the download of the piece from \S+\/piece\/baga was cut after \d+ of 100000 bytes$/,
    ),
  });
  expect(asked).toEqual([undefined]);
});

test.each<[string, (response: ServerResponse) => void]>([
  ['another version', (response) => void response.writeHead(200, { etag: '"two"' }).end(payload)],
  [
    'other bytes',
    (response) => void response.writeHead(206, { 'content-range': `bytes 5-9/${size}` }).end('other'),
  ],
  ['no range', (response) => void response.writeHead(416, { 'content-range': 'bytes */10' }).end()],
])('%s of a piece is put to no part of it', async (_, answer) => {
  const { result } = await downloaded(cutAt(40_000), answer);
  expect(result).toMatchObject({ level: 'temporary', message: expect.stringContaining('was cut after') });
});

test('a server that gives no further byte is left after six tries; a piece that is gone at once', async () => {
  const stuck = await downloaded(cutAt(40_000), (response) => void response.destroy());
  expect(stuck.result).toMatchObject({ code: 'unreachable' });
  expect(stuck.asked).toHaveLength(6);
  const gone = await downloaded(cutAt(40_000), (response) => void response.writeHead(404).end());
  expect(gone.result).toMatchObject({
    level: 'permanent',
    message: expect.stringContaining('no longer there'),
  });
});

test('a body that ends with its connection, without a length, is cut when it is short', async () => {
  const { result } = await downloaded((response) => {
    response.socket?.end(`HTTP/1.0 200 OK\r\n\r\n${'x'.repeat(100)}`);
  });
  expect(result).toMatchObject({ level: 'temporary', message: expect.stringContaining('after 100 of') });
});
