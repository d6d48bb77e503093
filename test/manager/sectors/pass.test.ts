/** What our own worker answers under `/api/v1`, the manager answers under the worker's name. */
import { expect, onTestFinished, test } from 'vitest';
import { requestJson } from '#src/fleet/http-client.js';
import { patience } from '#src/fleet/worker-client.js';
import { managerApp } from '#src/http/manager/app.js';
import { serve } from '#src/http/serve.js';
import { listening } from '../../tools/fleet/setup.js';
import { get, post, problemOf } from '../../tools/http/setup.js';
import { setup as manage, summary } from '../../tools/manager/setup.js';
import { fakeUpstreamWorker } from '../../tools/manager/upstream-worker.js';

const w1 = '/api/v1/workers/w1';

/** What an answer has to have, by the end of its path; what it was asked stands beside that. */
const shaped: Readonly<Record<string, object>> = {
  '/worker': {
    ...{ name: 'w1', version: '1', life: 'serving', limits: [], breakers: [], stores: [] },
    counts: { threads: 1, empty: 1, paused: 0, errors: 0 },
  },
  '/tree': { root: { id: 'w1', status: 'up', since: '2026-11-22T10:00:00.000Z', children: [] } },
  '/history': { seq: 1, at: '2026-11-22T10:00:00.000Z', kind: 'command' },
  '/pause': { changed: true, message: '' },
};

function answerTo(asked: { readonly url?: string | undefined }): unknown {
  const path = asked.url?.split('?')[0] ?? '';
  const [end, shape] = Object.entries(shaped).find(([each]) => path.endsWith(each)) ?? ['', {}];
  const body = { ...asked, ...shape };
  return end === '/history' ? [body] : body;
}

/** A manager to which a worker reported that answers what it was asked, or what is given. */
async function setup(answer?: { readonly status: number; readonly body: string }) {
  const url = await listening((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      const asked = { method: request.method, url: request.url, body: text === '' ? null : JSON.parse(text) };
      response.writeHead(answer?.status ?? 200).end(answer?.body ?? JSON.stringify(answerTo(asked)));
    });
  });
  const { manager } = await manage();
  manager.roster.ping({ name: 'w1', dest: url.replace('http://', ''), version: null, summary });
  return managerApp(manager);
}

test.each([
  ['GET', '/worker', null],
  ['GET', '/tree', null],
  ['GET', '/threads/0/history?limit=5&after=7&sector=s-t010000-2&kind=error', null],
  ['GET', '/threads/0/estimate', null],
  ['POST', '/worker/cordon', { reason: 'swap disk', by: 'alice' }],
  ['POST', '/worker/uncordon', {}],
  ['POST', '/worker/drain', { toFinish: true, deadlineMs: 5000 }],
  ['POST', '/worker/stop', { graceMs: null }],
  ['POST', '/worker/reload', { dryRun: true }],
  ['PUT', '/limits/pc1', { limit: 4 }],
  ['POST', '/breakers/c2/close', {}],
  ['DELETE', '/a/b%2Fc', {}],
])('%s %s goes to the worker whole', async (method, path, body) => {
  const app = await setup();
  const sent = body === null ? {} : { body: JSON.stringify(body) };
  const response = await app.request(w1 + path, { method, ...sent });
  expect(response.status).toBe(200);
  expect([await response.json()].flat()).toEqual([
    expect.objectContaining({ method, url: `/api/v1${path}`, body }),
  ]);
});

test('pause and resume take along all that they can ask', async () => {
  const app = await setup();
  const asked = { reason: 'swap disk', by: 'alice', id: 'c1', ifRevision: 41 };
  for (const [verb, body] of [
    ['pause', { ...asked, how: 'freeze', waitMs: 10 }],
    ['resume', { ...asked, state: 'PC1Done', force: true, dryRun: true }],
  ] as const)
    expect((await post(app, `${w1}/threads/0/${verb}`, body)).body).toMatchObject({
      url: `/api/v1/threads/0/${verb}`,
      body,
    });
});

test("a list comes back as one, nothing as nothing, a refusal as the worker's own", async () => {
  const rows = [{ seq: 1, at: '2026-11-22T10:00:00.000Z', kind: 'command', ours: 'later' }];
  const listed = await setup({ status: 200, body: JSON.stringify(rows) });
  expect((await get(listed, `${w1}/threads/0/history`)).body).toEqual(rows);
  expect(await get(await setup({ status: 204, body: '' }), `${w1}/worker`)).toMatchObject({ status: 204 });
  const problem = { code: 'invalid_request', detail: 'a limit is 1 or more', limit: 'pc1' };
  const refused = await setup({ status: 400, body: JSON.stringify(problem) });
  expect(await get(refused, `${w1}/worker`)).toMatchObject({ status: 400, body: problem });
});

test('an asker that goes away ends the request to the worker', async () => {
  const leaving = new AbortController();
  await new Promise<void>((closed) => {
    void listening((request) => {
      request.socket.once('close', () => closed());
      leaving.abort();
    }).then(async (url) => {
      const { manager } = await manage();
      manager.roster.ping({ name: 'w1', dest: url.replace('http://', ''), version: null, summary });
      const served = await serve(managerApp(manager), { host: '127.0.0.1', port: 0 });
      onTestFinished(() => served.close());
      const asked = `http://127.0.0.1:${served.port}${w1}/threads/0/pause`;
      const body = { waitMs: 600_000 };
      await requestJson({ method: 'POST', url: asked, body, timeoutMs: 5000, signal: leaving.signal }).catch(
        () => undefined,
      );
    });
  });
});

test('events are not relayed: it says where they come from', async () => {
  expect(await get(await setup(), `${w1}/events`)).toEqual(
    problemOf(404, 'not_found', expect.stringMatching(/w1 .* http:\/\/127\.0\.0\.1:\d+\/api\/v1\/events$/)),
  );
});

test('a body that is no JSON never reaches the worker', async () => {
  expect(await post(await setup(), `${w1}/worker/drain`, '{')).toEqual(
    problemOf(400, 'invalid_request', 'the body is not valid JSON'),
  );
});

test('a worker that never reported is refused', async () => {
  expect(await get(await setup(), '/api/v1/workers/w9/worker')).toEqual(
    problemOf(404, 'worker_not_found', 'no worker w9: known are w1'),
  );
});

test.each(['404 page not found', 'any path'] as const)(
  'an upstream worker (%s) has none of it',
  async (doors) => {
    const { dest } = await fakeUpstreamWorker({ doors });
    const { manager } = await manage();
    manager.roster.ping({ name: 'w1', dest, version: null, summary });
    expect(await post(managerApp(manager), `${w1}/worker/drain`, {})).toEqual(
      problemOf(
        400,
        'invalid_request',
        'w1 is an upstream worker: it has no POST /worker/drain, only the list of its threads, pause and resume',
      ),
    );
  },
);

test.each([
  [undefined, 15_000],
  [{}, 15_000],
  [{ waitMs: 'x' }, 15_000],
  [{ waitMs: 0 }, 15_000],
  [{ waitMs: 7_200_000 }, 7_215_000],
  [{ waitMs: Number.MAX_SAFE_INTEGER }, 2 ** 31 - 1],
])('a command of %j is waited for %i ms', (body, ms) => {
  expect(patience(body)).toBe(ms);
});
