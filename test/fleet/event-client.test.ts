/** A worker's events, as a client reads them. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { workerEvents } from '#src/fleet/event-client.js';

/** A server that answers each request by the next of these; `seen` holds the ids the client went on from. */
async function answering(...answers: readonly ((response: ServerResponse) => void)[]) {
  const seen: (string | undefined)[] = [];
  const left = [...answers];
  const server = createServer((request: IncomingMessage, response) => {
    // A header of this name is sent once.
    seen.push(request.headers['last-event-id'] as string | undefined);
    (left.shift() ?? hang)(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const { port } = server.address() as AddressInfo;
  return { seen, url: `http://127.0.0.1:${port}/api/v1/events` };
}

const hang = () => undefined;
const says = (text: string, end: (response: ServerResponse) => void) => (response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(text, () => end(response));
};
const ends = (response: ServerResponse) => void response.end();
const breaks = (response: ServerResponse) => void response.destroy();
const stays = () => undefined;

test('events are read as they come, comments are none, and a letter in two pieces is one', async () => {
  const { url } = await answering((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const bytes = Buffer.from(': ping\n\nid: b-1\ndata: {"a":"ö"}\n\n');
    const cut = bytes.indexOf(0xc3) + 1;
    response.write(bytes.subarray(0, cut), () => setImmediate(() => response.write(bytes.subarray(cut))));
  });
  const events = workerEvents<unknown>({ url });
  expect((await events.next()).value).toEqual({ a: 'ö' });
  await events.return(undefined);
});

test.each([
  ['ends', ends],
  ['breaks', breaks],
])('a stream that %s is opened again behind the last event, and the loss is told', async (_, end) => {
  const { url, seen } = await answering(
    says('id: b-1\ndata: 1\n\ndata: 2\n\n', end),
    breaks,
    says('id: b-3\ndata: 3\n\n', stays),
  );
  const lost: string[] = [];
  const events = workerEvents<number>({ url, retryMs: 0, onLost: (fault) => lost.push(fault.code) });
  const told: unknown[] = [];
  for await (const event of events) {
    told.push(event);
    if (event === 3) break;
  }
  expect(told).toEqual([1, 2, 3]);
  expect(seen).toEqual([undefined, 'b-1', 'b-1']);
  expect(lost).toEqual(['unreachable', 'unreachable']);
});

test('a worker that is not there at first is unreachable', async () => {
  const { url } = await answering(breaks);
  await expect(workerEvents({ url }).next()).rejects.toMatchObject({ code: 'unreachable' });
});

test.each([
  [404, JSON.stringify({ code: 'not_found', detail: 'nothing answers here' }), 'not_found'],
  [500, 'oops', 'bad_answer'],
  [204, '', 'bad_answer'],
])('an answer of %i is no stream: %s', async (status, text, code) => {
  const { url } = await answering((response) => void response.writeHead(status).end(text));
  await expect(workerEvents({ url }).next()).rejects.toMatchObject({ code });
});
