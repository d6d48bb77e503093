/** Whether the manager behind answers as a manager: what /readyz, the log and the counts say when it does not. */
import { gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import type { UpstreamHttp } from '#src/fleet/upstream-http.js';
import { passCounts } from '#src/http/upstream/metrics.js';
import { passer } from '#src/http/upstream/pass.js';
import { Reach } from '#src/manager/upstream/reach.js';
import { SealvisorError } from '#src/protocol/errors.js';
import { behind, front, jsonOf, pingBody, rpcBody, send, soon } from '../../tools/http/upstream-setup.js';
import { toldEvents } from '../../tools/protocol/told-events.js';
import { rawServer } from '../../tools/raw-server.js';

const get = (url: string, path: string) => send(url, { method: 'GET', path });
const body = rpcBody('AllocateSector', [{}]);
const metrics = async (url: string) => (await get(url, '/metrics')).bytes.toString();
const json = { 'content-type': 'application/json' };

describe('what no manager answers', () => {
  test.each([
    [200, 'text/html', '<html><h1>It works!</h1></html>'],
    [200, 'application/json', '{"jsonrpc":"2.0","id":1,"resul'],
    [200, 'application/json', ''],
    [302, 'text/html', ''],
    [404, 'text/plain', '404 page not found\n'],
    [502, 'text/html', '<center>nginx</center>'],
  ])(
    'HTTP %i %s passes as it is, and is not taken for an upstream that answers',
    async (status, type, text) => {
      const upstream = await behind();
      const { url, lines } = await front(upstream.url);
      upstream.answer = (_, response) => response.writeHead(status, { 'content-type': type }).end(text);
      for (const _ of [1, 2]) {
        const got = await send(url, { body });
        expect([got.status, got.bytes.toString()]).toEqual([status, text]);
      }
      const ready = await vi.waitFor(async () => {
        const said = await get(url, '/readyz');
        expect(said.status).toBe(503);
        return jsonOf(said);
      });
      expect(ready.upstream).toMatchObject({
        isUp: false,
        fault: expect.stringMatching(new RegExp(`answered HTTP ${status} \\(.*not JSON-RPC.*--upstream`)),
      });
      expect(lines.filter((line) => line.includes('not JSON-RPC'))).toHaveLength(1);
      const counted = await metrics(url);
      expect(counted).toContain('{method="Venus.AllocateSector",outcome="unreadable"} 2');
      expect(counted).toMatch(/^sealvisor_upstream_up 0$/m);
    },
  );

  test('a refused token is an answer: other workers may have a better one', async () => {
    const upstream = await behind();
    const { url } = await front(upstream.url);
    upstream.answer = (_, response) => response.writeHead(401).end('401 Unauthorized\n');
    expect((await send(url, { body })).status).toBe(401);
    expect((await get(url, '/readyz')).status).toBe(200);
  });

  test('two that are led in a circle do not call each other ready', async () => {
    const upstream = await behind();
    const first = await front(upstream.url);
    upstream.answer = (_, response) =>
      response
        .writeHead(500, json)
        .end('{"type":"about:blank","status":500,"detail":"leads back","code":"config_invalid"}');
    await send(first.url, { body });
    await vi.waitFor(async () => expect((await get(first.url, '/readyz')).status).toBe(503), soon);
    expect(JSON.stringify(jsonOf(await get(first.url, '/readyz')))).toContain('HTTP 500: leads back');
  });

  test.each([
    ['HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n', 'HTTP 101'],
    ['SSH-2.0-OpenSSH_9.2p1\r\n', 'HPE_'],
  ])('%j ends the call with HTTP 502 and says what to check', async (answer, why) => {
    const { url } = await front(await rawServer(answer));
    const got = await send(url, { body });
    expect([got.status, jsonOf(got).code]).toEqual([502, 'unreachable']);
    expect(jsonOf(got).detail).toContain(why);
    expect(jsonOf(got).detail).toContain("check that this is the manager's address and port");
  });
});

test('before anything was passed on, nothing is said of whether upstream is up', async () => {
  const upstream = await behind();
  const { url } = await front(upstream.url);
  expect(await metrics(url)).not.toMatch(/^sealvisor_upstream_up /m);
  await send(url, { body });
  expect(await metrics(url)).toMatch(/^sealvisor_upstream_up 1$/m);
});

test('an answer that is packed is seen as one that is not', async () => {
  const upstream = await behind();
  const { url } = await front(upstream.url);
  const packed = gzipSync(
    '{"jsonrpc":"2.0","id":1,"result":{"ID":{"Miner":10000,"Number":7},"ProofType":5}}',
  );
  upstream.answer = (_, response) =>
    response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(packed);
  expect((await send(url, { body })).bytes.equals(packed)).toBe(true);
  await vi.waitFor(
    async () => expect((await get(url, '/api/v1/sectors')).bytes.toString()).toContain('s-t010000-7'),
    soon,
  );
});

test('a report that upstream refuses in its answer is said once, whatever its HTTP status', async () => {
  const upstream = await behind();
  const { url, lines } = await front(upstream.url);
  upstream.answer = (_, response) =>
    response
      .writeHead(200, json)
      .end('{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"no permission"}}');
  await send(url, { body: pingBody('w1') });
  await vi.waitFor(
    () =>
      expect(lines).toContainEqual(
        expect.stringMatching(/^warn upstream does not take the reports of workers \(no permission\)/),
      ),
    soon,
  );
});

test('what a stop breaks off is not said of upstream', async () => {
  const upstream = await behind();
  const { url, lines, stop } = await front(upstream.url);
  upstream.answer = () => undefined;
  await send(url, { body: pingBody('w1') });
  await vi.waitFor(() => expect(upstream.came).toHaveLength(1), soon);
  await stop();
  await upstream.stop();
  expect(lines.filter((line) => line.startsWith('warn'))).toEqual([]);
});

describe('an upstream that is silent', () => {
  /** Calls wait until their caller leaves; `at` is the time. */
  function silent() {
    const { emit, warnings } = toldEvents();
    const reached = new Reach('http://behind:1', emit);
    const clock = { at: 0 };
    const answers: (() => void)[] = [];
    const upstream: UpstreamHttp = {
      url: 'http://behind:1',
      close: () => undefined,
      pass: ({ signal }) =>
        new Promise((_, reject) => {
          signal?.addEventListener('abort', () => reject(new SealvisorError('unreachable', 'left')));
          answers.push(() => reject(new SealvisorError('unreachable', 'broke off')));
        }),
    };
    // Of a front it takes these two only.
    const self = { upstream, reach: reached, roster: { list: () => [] } } as never;
    const pass = passer(self, passCounts(self), undefined, () => clock.at);
    const leaveAfter = async (ms: number) => {
      const caller = new AbortController();
      const asked = { method: 'POST', path: '/', headers: [], signal: caller.signal };
      const call = pass(asked, { label: 'x' }).catch(() => undefined);
      clock.at += ms;
      caller.abort();
      await call;
    };
    return { reached, warnings, leaveAfter };
  }

  test('is down once a caller has waited ten seconds for nothing', async () => {
    const { reached, warnings, leaveAfter } = silent();
    await leaveAfter(15_000);
    expect(reached.state()).toMatchObject({ isUp: false, fault: expect.stringContaining('within 15 s') });
    await leaveAfter(15_000);
    expect(warnings).toHaveLength(1);
  });

  test('a caller that leaves early says nothing of it', async () => {
    const { reached, leaveAfter } = silent();
    await leaveAfter(2000);
    expect(reached.state().isUp).toBeNull();
  });
});
