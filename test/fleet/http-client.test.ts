import { describe, expect, onTestFinished, test } from 'vitest';
import { answerCounter, mostOfPath } from '#src/fleet/answer-size.js';
import { workerEvents } from '#src/fleet/event-client.js';
import { expectOk, faultOf, requestJson } from '#src/fleet/http-client.js';
import { rpcCall } from '#src/fleet/rpc-client.js';
import { managerApp } from '#src/http/manager/app.js';
import { serve } from '#src/http/serve.js';
import { answering, listening } from '../tools/fleet/setup.js';
import { setup } from '../tools/manager/setup.js';
import { rawServer } from '../tools/raw-server.js';

const timeoutMs = 5000;

test('a request goes out as JSON, and the answer comes back with its status', async () => {
  const url = await listening((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { method, headers } = request;
      response
        .writeHead(201)
        .end(JSON.stringify({ method, body, type: headers['content-type'], x: headers.x }));
    });
  });
  const headers = { x: 'y' };
  expect(await requestJson({ method: 'POST', url, body: { ä: 1 }, headers, timeoutMs })).toMatchObject({
    status: 201,
    body: { method: 'POST', body: '{"ä":1}', type: 'application/json', x: 'y' },
  });
});

test('an answer that is no JSON has no body', async () => {
  const url = await answering('404 page not found', 404);
  expect(await requestJson({ method: 'GET', url, timeoutMs })).toMatchObject({
    status: 404,
    body: undefined,
  });
});

test.each(['elsewhere/api', 'ftp://host/', '', 'http://'])('%j is no address to ask', async (url) => {
  await expect(requestJson({ method: 'GET', url, timeoutMs })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('http://host:port'),
  });
});

test('a host that is not there is unreachable, by its name and the reason', async () => {
  await expect(requestJson({ method: 'GET', url: 'http://127.0.0.1:1/', timeoutMs })).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringMatching(/127\.0\.0\.1:1 \(ECONNREFUSED\)/),
  });
});

test('an answer that never comes passes the deadline, before its head and in the middle of it', async () => {
  const silent = await listening(() => undefined);
  const stuck = await listening((_, response) => void response.writeHead(200).write('{"a":'));
  for (const url of [silent, stuck])
    await expect(requestJson({ method: 'GET', url, timeoutMs: 100 })).rejects.toMatchObject({
      code: 'deadline_exceeded',
      message: expect.stringContaining('100 ms'),
    });
});

test('a request that nobody waits for any more is ended, also one that never began', async () => {
  const leaving = new AbortController();
  let call: Promise<unknown> = Promise.resolve();
  await new Promise<void>((closed) => {
    void listening((request) => {
      request.socket.once('close', () => closed());
      leaving.abort();
    }).then((url) => {
      call = requestJson({ method: 'GET', url, timeoutMs, signal: leaving.signal });
      call.catch(() => undefined);
    });
  });
  await expect(call).rejects.toMatchObject({ code: 'unreachable' });
  const late = requestJson({ method: 'GET', url: 'http://127.0.0.1:1/', timeoutMs, signal: leaving.signal });
  await expect(late).rejects.toMatchObject({ code: 'unreachable' });
});

test('a connection that dies, before the answer or in the middle of it, is unreachable', async () => {
  const before = await listening((request) => void request.socket.destroy());
  const inside = await listening((request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{"a":', () => request.socket.destroy());
  });
  for (const url of [before, inside])
    await expect(requestJson({ method: 'GET', url, timeoutMs })).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining(new URL(url).host),
    });
});

test('a problem becomes our error with code, text and facts', () => {
  const body = {
    type: 'about:blank',
    title: 'x',
    status: 400,
    code: 'unknown_state',
    detail: 'd',
    possible: ['A'],
  };
  expect(() => expectOk({ status: 400, body })).toThrow(
    expect.objectContaining({ code: 'unknown_state', message: 'd', data: { possible: ['A'] } }),
  );
  expect(expectOk({ status: 204, body: undefined })).toBeUndefined();
});

test.each([
  [undefined],
  [{ error: 'x' }],
  [{ code: 'nobody_knows', detail: 'd' }],
  [{ code: 'toString', detail: 'd' }],
  [{ code: 5, detail: 'd' }],
])('%j is no problem of ours: a bad answer with its status', (body) => {
  expect(() => expectOk({ status: 500, body })).toThrow(
    expect.objectContaining({ code: 'bad_answer', message: expect.stringContaining('500') }),
  );
});

test('a body over 1 MiB is answered over a real socket too, again and again', async () => {
  const { manager } = await setup();
  const served = await serve(managerApp(manager), { host: '127.0.0.1', port: 0 });
  onTestFinished(() => served.close());
  const url = `http://127.0.0.1:${served.port}/rpc/v0`;
  // Large enough that the answer is there while the request is still being written.
  const body = { text: 'x'.repeat(16 * 1024 * 1024) };
  for (let round = 0; round < 5; round += 1)
    expect(await requestJson({ method: 'POST', url, body, timeoutMs })).toMatchObject({
      status: 413,
      body: { code: 'body_too_large' },
    });
});

test('a server that answers without reading, and hangs up on what is still written, ends no process', async () => {
  const served = await serve(
    { fetch: () => new Response('{}', { status: 413 }) },
    { host: '127.0.0.1', port: 0 },
  );
  onTestFinished(() => served.close());
  const url = `http://127.0.0.1:${served.port}/`;
  const body = { text: 'x'.repeat(16 * 1024 * 1024) };
  const outcomes: unknown[] = [];
  for (let round = 0; round < 5; round += 1) {
    const ask = requestJson({ method: 'POST', url, body, timeoutMs });
    outcomes.push(
      await ask.then(
        ({ status }) => status,
        ({ code }) => code,
      ),
    );
  }
  // Which of the two is seen first is the network's to say; an unhandled fault of a socket would fail this file.
  for (const outcome of outcomes) expect([413, 'unreachable']).toContain(outcome);
});

/** A server whose answers never end; counts what it has sent. */
async function endless() {
  let sent = 0;
  const chunk = Buffer.alloc(64 * 1024, ' ');
  const url = await listening((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const more = () => {
      while (!response.destroyed) {
        sent += chunk.length;
        if (!response.write(chunk)) return void response.once('drain', more);
      }
    };
    more();
  });
  return { url, sent: () => sent };
}

const mib = 1024 * 1024;

test('of an answer that never ends, 1 MiB is read, of each of twenty', async () => {
  const { url, sent } = await endless();
  const ask = () => requestJson({ method: 'GET', url: `${url}/api/v1/threads/0`, timeoutMs });
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, ask));
  for (const outcome of outcomes)
    expect(outcome).toMatchObject({
      reason: { code: 'bad_answer', message: expect.stringContaining('1 MiB') },
    });
  // What systems hold between the two comes on top.
  expect(sent()).toBeLessThan(20 * 8 * mib);
});

test('large answers take no more together than two lists; what is read is given back', () => {
  const counters = Array.from({ length: 20 }, () => answerCounter(mostOfPath('/api/v1/sectors?x=1')));
  const most = (counter: (typeof counters)[number]) => {
    let read = 0;
    try {
      for (; read < 64; read += 1) counter.add(mib);
    } catch (error) {
      expect(error).toMatchObject({ code: 'bad_answer' });
    }
    return read;
  };
  const read = counters.map(most);
  expect(Math.max(...read)).toBe(32);
  expect(read.reduce((sum, each) => sum + each)).toBeLessThanOrEqual(64 + 20);
  for (const counter of counters) counter.done();
  expect(most(answerCounter(mostOfPath('/api/v1/jobs')))).toBe(32);
});

test.each([
  ['Venus.WorkerPing', 2, false],
  ['Venus.WdPoStAllocateJobs', 2, true],
  ['VenusWorker.WorkerList', 4, true],
])('of %s an answer of %i MiB is read: %s', async (method, size, isRead) => {
  const url = await answering({ jsonrpc: '2.0', id: 1, result: 'x'.repeat(size * mib) });
  const call = rpcCall(url, method, [], { timeoutMs });
  if (isRead) expect(await call).toHaveLength(size * mib);
  else await expect(call).rejects.toMatchObject({ code: 'bad_answer' });
});

test('a long text of a refusal is cut', async () => {
  const url = await answering({ jsonrpc: '2.0', id: 1, error: { code: 1, message: 'x'.repeat(500_000) } });
  await expect(rpcCall(url, 'Venus.X', [], { timeoutMs })).rejects.toMatchObject({
    message: expect.stringMatching(/^Venus\.X: x{4096}… \(500,000 characters\)$/),
  });
});

test('a redirect is not followed', async () => {
  let isAsked = false;
  const elsewhere = await listening((_, response) => {
    isAsked = true;
    response.end('{}');
  });
  const url = await listening((_, response) => void response.writeHead(302, { location: elsewhere }).end());
  expect(await requestJson({ method: 'GET', url, timeoutMs })).toMatchObject({
    status: 302,
    body: undefined,
  });
  expect(isAsked).toBe(false);
});

describe('what answers something else than HTTP', () => {
  test.each([
    ['HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n', 'HTTP 101'],
    ['SSH-2.0-OpenSSH_9.2p1\r\n', 'HPE_INVALID_CONSTANT'],
  ])('%j is a fault that says so, for a request and for events', async (bytes, why) => {
    const url = await rawServer(bytes);
    const fault = {
      code: 'unreachable',
      message: expect.stringContaining(`(${why}): what answers there does not speak HTTP`),
    };
    await expect(requestJson({ method: 'GET', url, timeoutMs })).rejects.toMatchObject(fault);
    await expect(workerEvents({ url }).next()).rejects.toMatchObject(fault);
  });
});

test.each([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'NODE_EXTRA_CA_CERTS'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'NODE_EXTRA_CA_CERTS'],
  ['CERT_HAS_EXPIRED', 'NODE_EXTRA_CA_CERTS'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'NODE_EXTRA_CA_CERTS'],
  ['EPROTO', 'http://'],
  ['ECONNREFUSED', 'check that it runs'],
])('%s is told with what to do about it', (code, advice) => {
  const fault = faultOf(Object.assign(new Error('x'), { code }), new URL('https://host:1'));
  expect(fault.message).toContain(`cannot reach host:1 (${code}): `);
  expect(fault.message).toContain(advice);
});
