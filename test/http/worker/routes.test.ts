/** The routes of control beside pause and resume, each over a control that only notes what it is asked. */
import { expect, onTestFinished, test } from 'vitest';
import { serve } from '#src/http/serve.js';
import type { WorkerControl } from '#src/worker/control-words.js';
import { get, post, problemOf, workerDoors, workerViewOf } from '../../tools/http/setup.js';
import { viewOf } from '../../tools/protocol/views.js';

const reply = { ...viewOf(), changed: true, message: 'done' };
const workerReply = { ...workerViewOf(), changed: true, message: 'done' };
const reloaded = { changed: false, message: 'nothing', changes: [], warnings: [] };

/** Doors that note what reaches the control. */
function noted() {
  const asked: unknown[][] = [];
  const note =
    (verb: keyof WorkerControl, answer: unknown) =>
    async (...args: unknown[]) => {
      asked.push([verb, ...args]);
      return answer;
    };
  const verbs = {
    pause: note('pause', reply),
    resume: note('resume', reply),
    dryRun: note('dryRun', { allowed: true }),
    history: note('history', '[{"seq":1}]'),
    estimate: note('estimate', { stage: null, sector: null }),
    estimates: note('estimates', [{ index: 0, stage: null, sector: null }]),
    cordon: note('cordon', workerReply),
    uncordon: note('uncordon', workerReply),
    drain: note('drain', workerReply),
    stop: note('stop', workerReply),
    setLimit: note('setLimit', workerReply),
    closeBreaker: note('closeBreaker', workerReply),
    reload: note('reload', reloaded),
  };
  // Each answers in the shape of its own verb.
  return { asked, ...workerDoors([viewOf()], verbs as Partial<WorkerControl>) };
}

const verbIsCommand = ([verb]: readonly unknown[]) => verb !== 'dryRun';

const why = { reason: 'swap disk', by: 'alice' };
const thread = '/api/v1/threads/0';

test.each<[string, string, unknown, unknown[]]>([
  [
    'POST',
    `${thread}/pause`,
    { ...why, how: 'freeze', id: 'a', ifRevision: 4 },
    ['pause', 0, { ...why, how: 'freeze', id: 'a', ifRevision: 4 }],
  ],
  [
    'POST',
    `${thread}/resume`,
    { ...why, state: 'PC1Done', force: true, ifRevision: 0 },
    ['resume', 0, { ...why, state: 'PC1Done', force: true, ifRevision: 0 }],
  ],
  [
    'POST',
    `${thread}/resume`,
    { state: 'PC1Done', force: true, dryRun: true },
    ['dryRun', 0, { state: 'PC1Done', force: true }],
  ],
  ['POST', '/api/v1/worker/cordon', why, ['cordon', why]],
  ['POST', '/api/v1/worker/uncordon', {}, ['uncordon', {}]],
  [
    'POST',
    '/api/v1/worker/drain',
    { toFinish: true, deadlineMs: 7_200_000, ...why },
    ['drain', { toFinish: true, deadlineMs: 7_200_000, ...why }],
  ],
  ['POST', '/api/v1/worker/stop', { graceMs: null }, ['stop', { graceMs: null }]],
  ['POST', '/api/v1/worker/stop', { graceMs: 0, ...why }, ['stop', { graceMs: 0, ...why }]],
  ['POST', '/api/v1/worker/reload', { dryRun: true }, ['reload', { dryRun: true }]],
  ['PUT', '/api/v1/limits/pc1', { limit: 4, ...why }, ['setLimit', 'pc1', 4, why]],
  ['PUT', '/api/v1/limits/pc1', { limit: null }, ['setLimit', 'pc1', null, {}]],
  ['POST', '/api/v1/breakers/c2/close', why, ['closeBreaker', 'c2', why]],
])('%s %s with %j reaches the control as it is', async (method, path, body, expected) => {
  const { app, asked } = noted();
  expect(await post(app, path, body, method)).toMatchObject({ status: 200 });
  const request = expected.at(-1);
  // What has no id gets one here.
  const id = expect.any(String);
  const withId = verbIsCommand(expected) ? { id, ...Object(request) } : request;
  expect(asked).toEqual([[...expected.slice(0, -1), withId]]);
});

test.each([
  ['', {}],
  ['?limit=10&after=7', { limit: 10, after: 7 }],
  ['?sector=s-t010000-2&kind=transition,error', { sector: 's-t010000-2', kinds: ['transition', 'error'] }],
])('history%s is the text of the control as it is', async (query, expected) => {
  const { app, asked } = noted();
  expect(await get(app, `${thread}/history${query}`)).toEqual({
    status: 200,
    type: 'application/json',
    body: [{ seq: 1 }],
  });
  expect(asked).toEqual([['history', 0, expected]]);
});

test('the estimate is asked of the thread', async () => {
  const { app, asked } = noted();
  expect((await get(app, `${thread}/estimate`)).body).toEqual({ stage: null, sector: null });
  expect(asked).toEqual([['estimate', 0]]);
});

test('the estimates of all threads are asked for at once', async () => {
  const { app, asked } = noted();
  expect((await get(app, '/api/v1/estimates')).body).toEqual([{ index: 0, stage: null, sector: null }]);
  expect(asked).toEqual([['estimates']]);
});

test.each([
  ['limit=0', 'limit'],
  ['limit=-1', 'limit'],
  ['limit=many', 'limit'],
  ['limit=100001', 'limit'],
  ['after=x', 'after'],
  ['sector=2', 'sector'],
  ['kind=transition,news', 'kind'],
  ['kind=', 'kind'],
  ['since=yesterday', 'since'],
])('history?%s is refused by name', async (query, name) => {
  const { app, asked } = noted();
  const refused = problemOf(400, 'invalid_request', expect.stringMatching(new RegExp(`^history.*${name}`)));
  expect(await get(app, `${thread}/history?${query}`)).toEqual(refused);
  expect(asked).toEqual([]);
});

test.each([[0], [-1], [1.5], ['4'], [undefined], [1e9]])('a limit of %j is none', async (limit) => {
  const { app, asked } = noted();
  expect(await post(app, '/api/v1/limits/pc1', { limit }, 'PUT')).toEqual(
    problemOf(400, 'invalid_request', expect.stringMatching(/^limit limit: expected a whole number from 1/)),
  );
  expect(asked).toEqual([]);
});

test.each([
  [`${thread}/pause`, { waitMs: 600_001 }, 'waitMs'],
  [`${thread}/pause`, { waitMs: -1 }, 'waitMs'],
  [`${thread}/pause`, { id: '' }, 'id'],
  [`${thread}/pause`, { ifRevision: 1.5 }, 'ifRevision'],
  [`${thread}/pause`, { wait: 1 }, 'wait'],
  [`${thread}/resume`, { force: 'yes' }, 'force'],
  ['/api/v1/worker/cordon', { toFinish: true }, 'toFinish'],
  ['/api/v1/worker/drain', { deadlineMs: '2h' }, 'deadlineMs'],
  ['/api/v1/worker/stop', { graceMs: -1 }, 'graceMs'],
  ['/api/v1/worker/reload', { dryRun: 1 }, 'dryRun'],
  ['/api/v1/breakers/c2/close', { close: true }, 'close'],
])('POST %s with %j is refused by name', async (path, body, name) => {
  const { app, asked } = noted();
  expect(await post(app, path, body)).toEqual(
    problemOf(400, 'invalid_request', expect.stringContaining(name)),
  );
  expect(asked).toEqual([]);
});

test('a client that goes away in the middle of its wait ends the wait', async () => {
  let seen: AbortSignal | undefined;
  const { promise: isAsked, resolve: asked } = Promise.withResolvers<void>();
  const { app } = workerDoors([viewOf()], {
    pause: async (_index, { signal }) => {
      seen = signal;
      asked();
      await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
      return reply;
    },
  });
  const served = await serve(app, { host: '127.0.0.1', port: 0 });
  onTestFinished(() => served.close());
  const client = new AbortController();
  const answer = fetch(`http://127.0.0.1:${served.port}${thread}/pause`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ waitMs: 60_000 }),
    signal: client.signal,
  });
  await isAsked;
  const ended = new Promise<void>((resolve) => seen?.addEventListener('abort', () => resolve()));
  client.abort();
  await expect(answer).rejects.toThrow();
  await ended;
});

test('the worker is shown as the control tells it', async () => {
  const { app } = workerDoors([viewOf()], { worker: () => workerViewOf({ life: 'cordoned' }) });
  expect(await get(app, '/api/v1/worker')).toMatchObject({
    status: 200,
    body: workerViewOf({ life: 'cordoned' }),
  });
});

test.each([
  ['serving', 200],
  ['cordoned', 200],
  ['booting', 503],
  ['draining', 503],
  ['stopping', 503],
  ['stopped', 503],
] as const)('a worker that is %s answers readyz with %i', async (life, status) => {
  const { app } = workerDoors([viewOf()], { worker: () => workerViewOf({ life }) });
  expect(await get(app, '/readyz')).toMatchObject({ status, body: { status: life } });
});

test("a plan's table and its statechart are told; an unknown plan names those there are", async () => {
  const { app } = noted();
  const { body } = await get(app, '/api/v1/machines/sealer');
  expect(body).toMatchObject({
    plan: { name: 'sealer', states: expect.arrayContaining([expect.objectContaining({ name: 'C1Done' })]) },
    definition: { id: 'sealer', states: { C1Done: { key: 'C1Done' } } },
  });
  expect((await get(app, '/api/v1/machines/sealer')).body).toEqual(body);
  expect(await get(app, '/api/v1/machines/toString')).toEqual(
    problemOf(404, 'not_found', expect.stringContaining('sealer')),
  );
});
