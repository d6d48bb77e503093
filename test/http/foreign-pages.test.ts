/** No page of another site can use a daemon through somebody's browser; programs are let by. */
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { text } from 'node:stream/consumers';
import type { Hono } from 'hono';
import { describe, expect, onTestFinished, test } from 'vitest';
import { managerApp } from '#src/http/manager/app.js';
import { serve } from '#src/http/serve.js';
import { workerDoors } from '../tools/http/setup.js';
import { setup } from '../tools/manager/setup.js';

const names = ['seal-7.lan', 'https://dash.example:8443'];
const doors: Readonly<Record<string, () => Promise<Hono>>> = {
  worker: async () => workerDoors(undefined, {}, { names }).app,
  manager: async () => managerApp((await setup()).manager, { names }),
};

/** Every route of the app that is not a catch-all, once for each method, with its parameters filled in. */
function requestsOf(app: Hono): readonly { readonly method: string; readonly path: string }[] {
  const routes = app.routes.filter(({ method, path }) => method !== 'ALL' && !path.includes('*'));
  const others = ['/', '/rpc/v0', '/no/such/path', '/api/v1/workers/w1/worker/drain'];
  return [
    ...routes.map(({ method, path }) => ({ method, path: path.replaceAll(/:\w+/g, '1') })),
    ...others.flatMap((path) => [
      { method: 'GET', path },
      { method: 'POST', path },
    ]),
  ];
}

const isChange = ({ method }: { readonly method: string }) => method !== 'GET';

async function codeOf(response: Response): Promise<unknown> {
  const body = await response.text();
  return body.startsWith('{') ? (JSON.parse(body) as { code?: unknown }).code : undefined;
}

function ask(app: Hono, { method, path }: { method: string; path: string }, headers: Record<string, string>) {
  const body = method === 'GET' ? {} : { body: '{}' };
  return app.request(`http://127.0.0.1${path}`, {
    method,
    ...body,
    headers: { 'content-type': 'application/json', 'content-length': '2', ...headers },
  });
}

describe.each(Object.entries(doors))('the %s', (kind, make) => {
  test('answers no route to a foreign Host, and names the option that lists it', async () => {
    const app = await make();
    const requests = requestsOf(app);
    expect(requests.length).toBeGreaterThan(20);
    for (const request of requests) {
      const response = await ask(app, request, { host: 'evil.example:1789' });
      expect([request, response.status]).toEqual([request, 403]);
      expect(await response.json()).toMatchObject({
        code: 'foreign_host',
        detail: expect.stringMatching(kind === 'worker' ? /\[sealvisor\] names/ : /--names/),
      });
    }
  });

  test.each([
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: 'http://127.0.0.1:3000' },
    { origin: 'https://dash.example' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:1789' },
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
    { 'content-type': 'text/plain; application/json' },
  ])('changes nothing on any route for %j', async (headers) => {
    const app = await make();
    for (const request of requestsOf(app).filter(isChange)) {
      const response = await ask(app, request, { host: '127.0.0.1:1789', ...headers });
      expect([request, response.status, await codeOf(response)]).toEqual([request, 403, 'foreign_origin']);
    }
  });

  test('lets no foreign page go on as a WebSocket', async () => {
    const app = await make();
    const headers = { host: '127.0.0.1:1789', upgrade: 'websocket', origin: 'http://evil.example' };
    for (const path of ['/', '/rpc/v0'])
      expect((await ask(app, { method: 'GET', path }, headers)).status).toBe(403);
  });

  test.each([
    {},
    { host: '127.0.0.1' },
    { host: '10.0.0.7:17890' },
    { host: '[::1]:17890' },
    { host: 'LOCALHOST:1789' },
    { host: `${hostname()}:1789` },
    { host: 'seal-7.lan:1789' },
    { host: '127.0.0.1:1789', origin: 'http://127.0.0.1:1789', 'sec-fetch-site': 'same-origin' },
    { host: '127.0.0.1:1789', origin: 'https://dash.example:8443', 'sec-fetch-site': 'cross-site' },
    { host: '127.0.0.1:1789', origin: 'http://seal-7.lan' },
    { host: 'localhost', 'content-type': 'Application/JSON; charset=utf-8' },
  ])('obeys %j', async (headers: Record<string, string>) => {
    const app = await make();
    const call = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'No.Such' });
    const response = await app.request('/', {
      method: 'POST',
      body: call,
      headers: { 'content-type': 'application/json', 'content-length': String(call.length), ...headers },
    });
    expect(await response.json()).toMatchObject({ error: { code: -32601 } });
  });

  test('answers HTTP/1.0 without a Host', async () => {
    const served = await serve(await make(), { host: '127.0.0.1', port: 0 });
    onTestFinished(() => served.close());
    const socket = connect(served.port, '127.0.0.1');
    const call = '{"jsonrpc":"2.0","id":1,"method":"No.Such"}';
    socket.write('GET /healthz HTTP/1.0\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1\.[01] 200 [\s\S]*"ok"/);
    const second = connect(served.port, '127.0.0.1');
    const head = `POST / HTTP/1.0\r\ncontent-type: application/json\r\ncontent-length: ${call.length}\r\n\r\n`;
    second.write(head + call);
    expect(await text(second)).toMatch(/^HTTP\/1\.[01] 200 [\s\S]*-32601/);
  });
});

test('reads are left to pages of the same browser: they cannot see the answer', async () => {
  const { app } = workerDoors();
  const headers = { host: '127.0.0.1:1', origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' };
  const response = await app.request('/api/v1/threads', { headers });
  expect(response.status).toBe(200);
  expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
});
