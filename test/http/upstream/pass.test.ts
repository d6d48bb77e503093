/** What is asked of sectors and jobs reaches the manager behind this one as it was asked, once, and so does its answer. */
import { once } from 'node:events';
import { get, type ServerResponse } from 'node:http';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { upstreamHttp } from '#src/fleet/upstream-http.js';
import { passer } from '#src/http/upstream/pass.js';
import { Reach } from '#src/manager/upstream/reach.js';
import { behind, front, jsonOf, rpcBody, send, soon } from '../../tools/http/upstream-setup.js';
import { allExchanges } from '../../tools/traffic.js';

const own = /^Venus\.WorkerP|^Venus\.WorkerGetPing/;
const recorded = allExchanges().filter(
  ({ asked, method, transport }) =>
    asked === 'manager' && transport === 'http' && method.startsWith('Venus.') && !own.test(method),
);

describe('bytes', () => {
  test('every recorded request and answer passes as it is: bytes, status, type and token', async () => {
    expect(recorded.length).toBeGreaterThan(60);
    const upstream = await behind();
    const { url } = await front(upstream.url);
    for (const { at, body, answerText, status } of recorded) {
      upstream.answer = (_, response) =>
        response
          .writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'x-of': at })
          .end(answerText);
      const got = await send(url, { body, headers: { authorization: 'Bearer of-this-worker' } });
      const came = upstream.came.at(-1);
      expect([at, came?.body.toString(), came?.url]).toEqual([at, body, '/rpc/v0']);
      expect(came?.headers.authorization).toBe('Bearer of-this-worker');
      expect([at, got.status, got.bytes.toString()]).toEqual([at, status, answerText]);
      expect(got.headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8', 'x-of': at });
    }
    expect(upstream.came).toHaveLength(recorded.length);
  });

  test('any bytes pass both ways, JSON or not, in whatever sizes they come', async () => {
    const upstream = await behind();
    const { url } = await front(upstream.url);
    const bytes = fc.uint8Array({ maxLength: 3000 });
    await fc.assert(
      fc.asyncProperty(
        bytes,
        fc.array(bytes, { maxLength: 4 }),
        fc.constantFrom(200, 400, 401, 404, 500, 503),
        async (asked, answer, status) => {
          upstream.answer = (_, response) => {
            response.writeHead(status, { 'content-type': 'application/json' });
            for (const chunk of answer) response.write(chunk);
            response.end();
          };
          const got = await send(url, { body: asked });
          expect(upstream.came.at(-1)?.body.equals(Buffer.from(asked))).toBe(true);
          expect(got.status).toBe(status);
          expect(got.bytes.equals(Buffer.concat(answer))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('an answer of many MiB passes whole; one that is packed stays packed', async () => {
    const upstream = await behind();
    const { url } = await front(upstream.url);
    const large = Buffer.alloc(9_000_001, 'vanilla ');
    upstream.answer = (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(large);
    const got = await send(url, { body: rpcBody('WdPoStAllocateJobs') });
    expect(got.bytes.equals(large)).toBe(true);
    expect(got.headers['content-encoding']).toBe('gzip');
    upstream.answer = (_, response) => response.writeHead(200, { 'content-length': large.length }).end(large);
    expect((await send(url, { body: rpcBody('WdPoStAllocateJobs') })).bytes.equals(large)).toBe(true);
  });

  test('a body above 1 MiB is refused here, as by any manager of ours', async () => {
    const upstream = await behind();
    const { url } = await front(upstream.url);
    const got = await send(url, { body: Buffer.alloc(1024 * 1024 + 1, 0x20) });
    expect([got.status, jsonOf(got).code]).toEqual([413, 'body_too_large']);
    expect(upstream.came).toEqual([]);
  });
});

describe('headers', () => {
  test('those of one connection stay there; all others pass, as often as they came', async () => {
    const upstream = await behind();
    const { url } = await front(upstream.url);
    upstream.answer = (_, response) =>
      response
        .writeHead(200, [
          ...['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'X-Sealvisor-Manager', 'upstream-id'],
          ...['Connection', 'keep-alive, X-Hop', 'X-Hop', 'here', 'Content-Type', 'text/x'],
        ])
        .end('{}');
    const got = await send(url, {
      body: rpcBody('AllocateSector'),
      headers: {
        'x-twice': ['1', '2'],
        'x-sealvisor-given': 'r1',
        connection: 'x-mine',
        'x-mine': 'here',
        te: 'trailers',
      },
    });
    const { headers = {} } = upstream.came[0] ?? {};
    expect(headers).toMatchObject({
      'x-twice': '1, 2',
      'x-sealvisor-given': 'r1',
      host: upstream.url.slice(7),
    });
    expect(Object.keys(headers)).not.toContain('x-mine');
    expect(Object.keys(headers)).not.toContain('te');
    expect(headers.via).toMatch(/^1\.1 sealvisor-/);
    expect(got.headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(got.headers['x-sealvisor-manager']).toBe('upstream-id');
    expect(Object.keys(got.headers)).not.toContain('x-hop');
  });

  test('the door is still a door: a foreign Host, a page of elsewhere or a body that is not JSON reaches nobody', async () => {
    const upstream = await behind();
    const { url } = await front(upstream.url);
    for (const headers of [
      { host: 'evil.example' },
      { origin: 'http://evil.example' },
      { 'content-type': 'text/plain' },
    ]) {
      expect((await send(url, { body: rpcBody('AllocateSector'), headers })).status).toBe(403);
    }
    expect(upstream.came).toEqual([]);
  });
});

describe('one try', () => {
  test('a connection that breaks after the request is no reason to ask again', async () => {
    const upstream = await behind();
    const { url, lines } = await front(upstream.url);
    await send(url, { body: rpcBody('PollProofState') });
    upstream.answer = (_, __, message) => message.socket.destroy();
    const got = await send(url, {
      body: rpcBody('SubmitPreCommit'),
      headers: { authorization: 'Bearer secret' },
    });
    expect([got.status, jsonOf(got)]).toMatchObject([
      502,
      {
        code: 'unreachable',
        detail: expect.stringMatching(/^127.0.0.1:\d+ was sent the request.*may have done/),
      },
    ]);
    expect(upstream.came.map(({ body }) => JSON.parse(body.toString()).method)).toEqual([
      'Venus.PollProofState',
      'Venus.SubmitPreCommit',
    ]);
    expect(got.bytes.toString() + lines.join()).not.toContain('secret');
  });

  test('an upstream that is away is HTTP 502 with its address, is said once, and is up again by itself', async () => {
    const gone = await behind();
    await gone.stop();
    const { url, lines } = await front(gone.url);
    for (let n = 0; n < 3; n += 1) {
      const got = await send(url, { body: rpcBody('AllocateSector') });
      expect([got.status, got.headers['content-type']]).toEqual([502, 'application/problem+json']);
      expect(jsonOf(got)).toMatchObject({
        code: 'unreachable',
        detail: expect.stringContaining(gone.url.slice(7)),
      });
    }
    expect(lines.filter((line) => line.includes('does not answer'))).toHaveLength(1);
    expect((await send(url, { method: 'GET', path: '/readyz' })).status).toBe(503);
    await behind(gone.port);
    expect((await send(url, { body: rpcBody('AllocateSector') })).status).toBe(200);
    expect(lines.filter((line) => line.includes('answers again'))).toHaveLength(1);
    expect((await send(url, { method: 'GET', path: '/readyz' })).status).toBe(200);
  });

  test('half an answer is never taken for the whole', async () => {
    const upstream = await behind();
    const { url } = await front(upstream.url);
    upstream.answer = (_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"jsonrpc"', () => response.destroy());
    };
    expect((await send(url, { body: rpcBody('AllocateSector') })).status).toBe(502);
    upstream.answer = (_, response) => {
      response.writeHead(200, { 'content-length': '10000000' });
      response.write(Buffer.alloc(5_000_000), () => response.destroy());
    };
    await expect(send(url, { body: rpcBody('AllocateSector') })).rejects.toThrow();
  });

  test('whoever hangs up is no longer waited for: the request behind is ended, and upstream counts as up', async () => {
    const upstream = await behind();
    const { url, lines } = await front(upstream.url);
    const ended = new Promise<void>((resolve) => {
      upstream.answer = (_, response) => {
        response.once('close', () => resolve());
        leave.abort();
      };
    });
    const leave = new AbortController();
    await expect(send(url, { body: rpcBody('WaitSeed'), signal: leave.signal })).rejects.toThrow();
    await ended;
    expect(lines.join()).not.toContain('does not answer');
  });

  test('whatever upstream does to its connections, each call reaches it at most once, and only a whole answer is one', async () => {
    const upstream = await behind();
    const { url, lines } = await front(upstream.url);
    const text = (id: number) => `{"jsonrpc":"2.0","id":${id},"result":${id}}`;
    upstream.answer = ({ body }, response, message) => {
      const { id } = JSON.parse(body.toString());
      const how = id % 5;
      if (how === 0) return message.socket.destroy();
      if (how === 1) return response.writeHead(200, { connection: 'close' }).end(text(id));
      if (how === 2) return response.end(text(id), () => message.socket.destroy());
      if (how === 3) {
        response.writeHead(200, { 'content-length': 100 });
        return response.write('{', () => message.socket.destroy());
      }
      return response.end(text(id));
    };
    const ids = Array.from({ length: 300 }, (_, id) => id);
    const answers = new Map<number, string>();
    const caller = async () => {
      for (let id = ids.shift(); id !== undefined; id = ids.shift()) {
        const { status, bytes } = await send(url, { body: rpcBody('SubmitProof', [], id) });
        answers.set(id, `${status} ${status === 200 ? bytes : ''}`);
      }
    };
    await Promise.all(Array.from({ length: 8 }, caller));
    const came = upstream.came.map(({ body }) => JSON.parse(body.toString()).id as number);
    expect(new Set(came).size).toBe(came.length);
    for (const [id, answer] of answers) expect([`200 ${text(id)}`, '502 ']).toContain(answer);
    const whole = [...answers.values()].filter((answer) => answer.startsWith('200'));
    expect(whole.length).toBeGreaterThan(60);
    // Nor does one that fails now and then fill the log.
    expect(lines.filter((line) => /does not answer|answers again/.test(line)).length).toBeLessThan(4);
  });

  test('two in a row pass it on twice; each is named in Via', async () => {
    const upstream = await behind();
    const { url } = await front((await front(upstream.url)).url);
    expect((await send(url, { body: rpcBody('AllocateSector') })).status).toBe(200);
    expect(upstream.came.map(({ headers }) => headers.via)).toEqual([
      expect.stringMatching(/^1\.1 sealvisor-\w+, 1\.1 sealvisor-\w+$/),
    ]);
  });

  test('a request that comes back to where it was is refused', async () => {
    const upstream = await behind();
    const { url } = await front(upstream.url);
    upstream.answer = async ({ body, headers }, response) => {
      const again = await send(url, { body, headers: { via: headers.via ?? '' } });
      response.writeHead(again.status).end(again.bytes);
    };
    const got = await send(url, { body: rpcBody('AllocateSector') });
    expect(jsonOf(got)).toMatchObject({
      code: 'config_invalid',
      detail: expect.stringContaining('leads back'),
    });
  });
});

describe('waiting', () => {
  test('an upstream that is slow is waited for, and keeps nobody from what is answered here', async () => {
    const upstream = await behind();
    const { url } = await front(upstream.url);
    const waiting: (() => void)[] = [];
    upstream.answer = (_, response) =>
      waiting.push(() => response.end('{"jsonrpc":"2.0","id":1,"result":7}'));
    const asked = Array.from({ length: 300 }, () => send(url, { body: rpcBody('WaitSeed') }));
    await vi.waitFor(() => expect(waiting).toHaveLength(300), soon);
    expect((await send(url, { method: 'GET', path: '/api/v1/workers' })).status).toBe(200);
    for (const go of waiting) go();
    const results = await Promise.all(asked);
    expect(new Set(results.map((got) => jsonOf(got).result))).toEqual(new Set([7]));
  });

  test('what nobody reads is not read from upstream, either', async () => {
    const upstream = await behind();
    const { url } = await front(upstream.url);
    let written = 0;
    const most = 400 * 1024 * 1024;
    upstream.answer = (_, response) => {
      const chunk = Buffer.alloc(1024 * 1024);
      const write = () => {
        while (written < most) {
          written += chunk.length;
          if (!response.write(chunk)) return response.once('drain', write);
        }
        return response.end();
      };
      write();
    };
    const { request } = await import('node:http');
    const call = request(`${url}/rpc/v0`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    call.end(rpcBody('WdPoStAllocateJobs'));
    const [answer] = await once(call, 'response');
    let before = -1;
    await vi.waitFor(
      () => {
        const isStill = before === written;
        before = written;
        expect(isStill).toBe(true);
      },
      { ...soon, interval: 200 },
    );
    expect(written).toBeLessThan(most / 4);
    answer.destroy();
  });
});

test('pieces are fetched through it, in parts and by their head', async () => {
  const upstream = await behind();
  const { url } = await front(upstream.url);
  upstream.answer = (_, response) =>
    response
      .writeHead(206, { 'content-length': '4', 'content-range': 'bytes 0-3/9', etag: '"x"' })
      .end('abcd');
  const part = await send(url, {
    method: 'GET',
    path: '/piecestore/baga?x=1',
    headers: { range: 'bytes=0-3' },
  });
  expect([part.status, part.bytes.toString(), part.headers['content-range']]).toEqual([
    206,
    'abcd',
    'bytes 0-3/9',
  ]);
  expect(upstream.came[0]).toMatchObject({
    method: 'GET',
    url: '/piecestore/baga?x=1',
    headers: { range: 'bytes=0-3' },
  });
  const head = await send(url, { method: 'HEAD', path: '/piecestore/baga' });
  expect([head.status, head.headers['content-length'], head.bytes.length]).toEqual([206, '4', 0]);
  expect(upstream.came[1]?.method).toBe('HEAD');
});

test('nothing beside pieces is fetched through it, however its path is written', async () => {
  const upstream = await behind();
  const { url } = await front(upstream.url);
  for (const path of ['/piecestore/%2e%2e/metrics', '/piecestore/../metrics', '/piecestore/.%2E/rpc/v0']) {
    // As it is: a URL would be put straight first.
    const [answer] = await once(get({ host: '127.0.0.1', port: new URL(url).port, path }), 'response');
    answer.resume();
    await once(answer, 'close');
  }
  expect(upstream.came).toEqual([]);
});

test('an answer that is still on its way counts among what is passed on at once', async () => {
  const { url } = await behindWithLongAnswers();
  const upstream = upstreamHttp(url);
  const silent = () => undefined;
  const counts = { begin: () => () => undefined };
  const pass = passer({ upstream, reach: new Reach(url, silent) }, counts, 1);
  const piece = { method: 'GET', path: '/piecestore/baga', headers: [] };
  const { rest } = await pass(piece, { label: 'piecestore' });
  await expect(pass(piece, { label: 'piecestore' })).rejects.toMatchObject({ code: 'too_many' });
  if (rest) await Promise.all([once(rest, 'close'), rest.destroy()]);
  const next = await pass(piece, { label: 'piecestore' });
  expect(next.rest).toBeDefined();
  next.rest?.destroy();
});

async function behindWithLongAnswers() {
  const upstream = await behind();
  upstream.answer = (_, response: ServerResponse) => response.write(Buffer.alloc(300 * 1024));
  return upstream;
}
