/** Commands reach a worker through the manager, over real sockets. */
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { managerApp } from '#src/http/manager/app.js';
import { serve } from '#src/http/serve.js';
import { get, post, problemOf, workerDoors } from '../tools/http/setup.js';
import { setup, summary } from '../tools/manager/setup.js';
import { type Doors, fakeUpstreamWorker, threadsOf } from '../tools/manager/upstream-worker.js';
import { pausedView, viewOf } from '../tools/protocol/views.js';

/** A manager that a worker at `dest` has reported to, as `w1`. */
async function managerWith(dest: string) {
  const { manager, clock } = await setup();
  manager.roster.ping({ name: 'w1', dest, version: null, summary });
  return { app: managerApp(manager), manager, clock };
}

async function ourWorker() {
  const doors = workerDoors();
  const served = await serve(doors.app, { host: '127.0.0.1', port: 0 });
  onTestFinished(() => served.close());
  return { ...doors, dest: `127.0.0.1:${served.port}`, port: served.port };
}

const threads = '/api/v1/workers/w1/threads';

test("our worker's threads are handed on as they are", async () => {
  const { dest } = await ourWorker();
  const { app } = await managerWith(dest);
  expect(await get(app, threads)).toMatchObject({
    status: 200,
    body: [viewOf(), pausedView({ index: 1 })],
  });
  expect((await get(app, `${threads}/1`)).body).toMatchObject(pausedView({ index: 1 }));
});

test('our worker gets the command whole, and its answer comes back', async () => {
  const { dest, sent } = await ourWorker();
  const { app } = await managerWith(dest);
  const body = { how: 'now', reason: 'swap disk', by: 'alice' };
  expect(await post(app, `${threads}/0/pause`, body)).toMatchObject({
    status: 200,
    body: { mode: 'paused', changed: true, message: 'thread #0 is paused at Empty' },
  });
  const resume = { state: 'PC1Done', by: 'bob' };
  expect((await post(app, `${threads}/1/resume`, resume)).body).toMatchObject({ state: 'PC1Done' });
  expect(sent).toMatchObject([
    { index: 0, args: [{ type: 'THREAD.PAUSE', ...body }, {}] },
    { index: 1, args: [{ type: 'THREAD.RESUME', ...resume }, {}] },
  ]);
});

test('a dry run through the manager changes nothing', async () => {
  const { dest, sent } = await ourWorker();
  const { app } = await managerWith(dest);
  const { body } = await post(app, `${threads}/1/resume`, { state: 'PC1Done', dryRun: true });
  expect(body).toMatchObject({ allowed: true, to: 'PC1Done' });
  expect(sent).toEqual([{ index: 1, verb: 'preview', args: ['PC1Done', false] }]);
});

test("our worker's refusals come back as they are, with what is possible", async () => {
  const { dest } = await ourWorker();
  const { app } = await managerWith(dest);
  expect(await get(app, `${threads}/2`)).toEqual(
    problemOf(404, 'thread_not_found', 'no thread #2: the index is 0 to 1'),
  );
  expect(await post(app, `${threads}/1/resume`, { state: 'Nowhere' })).toMatchObject({
    status: 400,
    body: { code: 'unknown_state', possible: ['PC1Done', 'PC2Done', 'C1Done', 'Aborted'] },
  });
  expect((await post(app, `${threads}/0/pause`, { waitMs: -1 })).status).toBe(400);
});

test.each([
  ['0.0.0.0', '127.0.0.1'],
  ['[::]', '[::1]'],
])('a worker that names %s as its address is looked for on this machine', async (named, dialled) => {
  const { app } = await managerWith(`${named}:1`);
  expect(await get(app, threads)).toEqual(
    problemOf(502, 'unreachable', expect.stringContaining(`cannot reach ${dialled}:1`)),
  );
});

const doors: readonly Doors[] = ['404 page not found', 'any path'];

test.each(doors)('a worker of v0.2 (%s) is listed', async (kind) => {
  const { dest } = await fakeUpstreamWorker({ doors: kind });
  const { app, clock } = await managerWith(dest);
  const since = new Date(clock.now() - 17_000).toISOString();
  const expected = {
    index: 0,
    location: '/mnt/store1',
    plan: 'sealer',
    sector: { miner: 10000, number: 2, id: 's-t010000-2' },
    state: 'C1Done',
    mode: 'paused',
    since,
    lastError: { level: 'permanent', message: 'No cached parameters found' },
  };
  expect(await get(app, threads)).toMatchObject({ status: 200, body: [expected] });
  expect((await get(app, `${threads}/0`)).body).toMatchObject(expected);
});

test("a worker of today's is listed", async () => {
  const { dest } = await fakeUpstreamWorker({ doors: 'any path', threads: [threadsOf.today] });
  const { app, clock } = await managerWith(dest);
  expect((await get(app, threads)).body).toMatchObject([
    {
      plan: 'snapup',
      sector: { id: 's-t010000-2' },
      state: 'TicketAssigned',
      stage: 'PC1',
      mode: 'running',
      since: new Date(clock.now() - 100_000).toISOString(),
      processor: { name: 'pc1' },
      lastError: null,
    },
  ]);
});

test.each(doors)(
  'an upstream worker (%s) is paused and resumed, and the reply says what it said',
  async (kind) => {
    const { dest, calls } = await fakeUpstreamWorker({ doors: kind });
    const { app } = await managerWith(dest);
    expect(await post(app, `${threads}/0/pause`, { how: 'after-stage' })).toMatchObject({
      status: 200,
      body: { index: 0, mode: 'paused', changed: false, message: 'thread #0 did not change' },
    });
    const resumed = await post(app, `${threads}/0/resume`, { state: 'PC1Done' });
    expect(resumed).toMatchObject({ status: 200, body: { changed: true, sector: { id: 's-t010000-2' } } });
    await post(app, `${threads}/0/resume`, {});
    expect(calls.filter(({ method }) => method !== 'VenusWorker.WorkerList')).toEqual([
      { method: 'VenusWorker.WorkerPause', params: [0] },
      { method: 'VenusWorker.WorkerResume', params: [0, 'PC1Done'] },
      { method: 'VenusWorker.WorkerResume', params: [0, null] },
    ]);
  },
);

test.each([
  ['resume', { state: 'PC1Done', dryRun: true }, 400, 'invalid_request'],
  ['pause', { how: 'now' }, 400, 'invalid_request'],
  ['pause', { how: 'freeze' }, 409, 'freeze_refused'],
])('%s %j is beyond an upstream worker: refused, nothing is sent', async (verb, body, status, code) => {
  const { dest, calls } = await fakeUpstreamWorker({ doors: 'any path' });
  const { app } = await managerWith(dest);
  expect(await post(app, `${threads}/0/${verb}`, body)).toEqual(
    problemOf(status, code, expect.stringContaining('w1')),
  );
  expect(calls).toEqual([]);
});

test('a refusal of an upstream worker is told in its own words', async () => {
  const { dest } = await fakeUpstreamWorker();
  const { app } = await managerWith(dest);
  const { body, ...answer } = problemOf(502, 'remote_error', expect.stringContaining('worker #5 not found'));
  expect(await post(app, `${threads}/5/pause`, {})).toEqual({
    ...answer,
    body: { ...body, rpcCode: expect.any(Number) },
  });
  expect(await get(app, `${threads}/5`)).toMatchObject({ status: 404, body: { code: 'thread_not_found' } });
});

test('a list that is null, as Go writes an empty one, is a worker without threads', async () => {
  const { dest } = await fakeUpstreamWorker({ threads: null });
  const { app } = await managerWith(dest);
  expect(await get(app, threads)).toMatchObject({ status: 200, body: [] });
});

test.each([[{}], [[{ index: 0 }]]])('a list of another shape (%j) is a bad answer', async (list) => {
  const { dest } = await fakeUpstreamWorker({ threads: list });
  const { app } = await managerWith(dest);
  expect(await get(app, threads)).toMatchObject({ status: 502, body: { code: 'bad_answer' } });
});

test('a worker that is away is unreachable, by its address', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const { port } = taken.address() as { port: number };
  await new Promise((resolve) => taken.close(resolve));
  const { app } = await managerWith(`127.0.0.1:${port}`);
  expect(await get(app, threads)).toEqual(
    problemOf(502, 'unreachable', expect.stringContaining(`127.0.0.1:${port}`)),
  );
});

test('a name that never reported is refused, naming the known ones', async () => {
  const { app } = await managerWith('127.0.0.1:1');
  const refusal = problemOf(404, 'worker_not_found', 'no worker w9: known are w1');
  for (const path of ['/api/v1/workers/w9', '/api/v1/workers/w9/threads', '/api/v1/workers/w9/threads/0'])
    expect(await get(app, path)).toEqual(refusal);
  expect(await post(app, '/api/v1/workers/w9/threads/0/pause', {})).toEqual(refusal);
});

test.each(['null', '[]', '"x"', '{', '{"how":"hard"}'])(
  'a command whose body is %s is refused before any worker is asked',
  async (body) => {
    const { dest, calls } = await fakeUpstreamWorker({ doors: 'any path' });
    const { app } = await managerWith(dest);
    expect(await post(app, `${threads}/0/pause`, body)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    });
    expect(calls).toEqual([]);
  },
);

test('an upstream worker cannot be forced, nor asked by revision', async () => {
  const { dest, calls } = await fakeUpstreamWorker({ doors: 'any path' });
  const { app } = await managerWith(dest);
  for (const body of [{ force: true }, { ifRevision: 3 }])
    expect(await post(app, `${threads}/0/resume`, body)).toEqual(
      problemOf(400, 'invalid_request', expect.stringContaining('w1 is an upstream worker')),
    );
  expect(calls).toEqual([]);
});

test("a command for a worker whose port is now another one's is refused by that one", async () => {
  const { dest, sent } = await ourWorker();
  const { manager } = await setup();
  const app = managerApp(manager);
  manager.roster.ping({ name: 'a', dest, version: null, summary });
  manager.roster.ping({ name: 'w1', dest, version: null, summary, worker: 'another-id', incarnation: '1' });
  for (const name of ['a', 'w1']) {
    const path = `/api/v1/workers/${name}`;
    for (const refusal of [
      await post(app, `${path}/threads/0/pause`, {}),
      await post(app, `${path}/worker/stop`, {}),
      await get(app, `${path}/threads`),
    ])
      expect(refusal).toMatchObject({
        status: 409,
        body: {
          code: 'wrong_worker',
          worker: 'w1',
          detail: expect.stringContaining(`worker ${name} was meant`),
        },
      });
  }
  expect(sent).toEqual([]);
  manager.roster.ping({ name: 'w1', dest, version: null, summary, worker: 'worker-1', incarnation: '2' });
  expect((await post(app, '/api/v1/workers/w1/threads/0/pause', {})).status).toBe(200);
});

test('an address that a report from elsewhere names is not dialled', async () => {
  const { dest, sent } = await ourWorker();
  const { manager } = await setup();
  const app = managerApp(manager);
  manager.roster.ping({ name: 'w1', dest, version: null, summary, source: '192.0.2.9' });
  expect(await post(app, '/api/v1/workers/w1/threads/0/pause', {})).toEqual(
    problemOf(403, 'untrusted_address', expect.stringContaining('--worker-addresses 127.0.0.1')),
  );
  expect(sent).toEqual([]);
});

test('a bare name that two living workers have is refused on every route, naming both', async () => {
  const { manager } = await setup();
  const app = managerApp(manager);
  for (const [worker, port] of [
    ['3f9a', 1],
    ['77ab', 2],
    // On one host the second may have come after the first, until that reports again.
    ['3f9a', 1],
  ] as const)
    manager.roster.ping({
      name: 'w1',
      dest: `127.0.0.1:${port}`,
      version: null,
      summary,
      worker,
      incarnation: worker,
    });
  const refusal = problemOf(409, 'ambiguous_worker', expect.stringMatching(/w1@3f9a, w1@77ab/));
  expect(await post(app, `${threads}/0/pause`, {})).toEqual(refusal);
  expect(await post(app, '/api/v1/workers/w1/worker/drain', {})).toEqual(refusal);
  expect(await get(app, '/api/v1/workers/w1@3f9a/threads')).toMatchObject({
    status: 502,
    body: { detail: expect.stringContaining('127.0.0.1:1') },
  });
});
