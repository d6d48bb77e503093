/** The worker's REST (docs/spec.md#rest), views as in section 8. */
import { expect, test } from 'vitest';
import { get, post, problemOf, workerDoors } from '../../tools/http/setup.js';
import { pausedView, viewOf } from '../../tools/protocol/views.js';

test('threads and one thread are the views as they are', async () => {
  const views = [viewOf(), pausedView({ index: 1 })];
  const { app } = workerDoors(views);
  expect(await get(app, '/api/v1/threads')).toMatchObject({ status: 200, body: views });
  expect(await get(app, '/api/v1/threads/1')).toMatchObject({ status: 200, body: views[1] });
});

test('the worker tells name, version, life and counts; healthz answers', async () => {
  const { app } = workerDoors();
  expect((await get(app, '/api/v1/worker')).body).toMatchObject({
    name: 'w1',
    version: '1.2.3',
    counts: { threads: 2, empty: 1, paused: 1, running: 0, waiting: 0, errors: 1 },
  });
  expect(await get(app, '/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } });
});

test('pause answers with the thread as it is now, whether it changed, and a sentence', async () => {
  const { app, sent } = workerDoors();
  const body = { how: 'now', reason: 'swap disk', by: 'alice' };
  expect(await post(app, '/api/v1/threads/0/pause', body)).toMatchObject({
    status: 200,
    body: { ...viewOf({ mode: 'paused' }), changed: true, message: 'thread #0 is paused at Empty' },
  });
  expect(sent).toEqual([
    { index: 0, verb: 'obey', args: [{ type: 'THREAD.PAUSE', ...body }, { id: expect.any(String) }] },
  ]);
  expect(await post(app, '/api/v1/threads/0/pause', body)).toMatchObject({
    status: 200,
    body: { changed: false, message: 'thread #0 was paused already, at Empty' },
  });
});

test('a pause that waits for its stage says so', async () => {
  const { app } = workerDoors([pausedView({ mode: 'running' })]);
  const pause = async () => (await post(app, '/api/v1/threads/0/pause', {})).body;
  expect(await pause()).toMatchObject({
    mode: 'pausing',
    changed: true,
    message: 'thread #0 is pausing: the pause takes effect when C2 is done',
  });
  expect(await pause()).toMatchObject({
    changed: false,
    message: 'thread #0 is pausing already: the pause takes effect when C2 is done',
  });
});

test('resume goes to the named state; of what is not paused it changes nothing and says so', async () => {
  const { app } = workerDoors();
  expect((await post(app, '/api/v1/threads/1/resume', { state: 'PC1Done' })).body).toMatchObject({
    state: 'PC1Done',
    changed: true,
    message: 'thread #1 resumes at PC1Done',
  });
  expect(await post(app, '/api/v1/threads/1/resume', {})).toMatchObject({
    status: 200,
    body: { changed: false, message: 'thread #1 is not paused: it is running at PC1Done' },
  });
});

test('an empty body is an empty request', async () => {
  const { app } = workerDoors();
  expect((await post(app, '/api/v1/threads/0/pause', '')).body).toMatchObject({ changed: true });
});

test('a dry run asks and changes nothing', async () => {
  const { app, sent } = workerDoors();
  const { body } = await post(app, '/api/v1/threads/1/resume', { state: 'PC1Done', dryRun: true });
  expect(body).toMatchObject({ allowed: true, to: 'PC1Done' });
  expect(sent).toEqual([{ index: 1, verb: 'preview', args: ['PC1Done', false] }]);
});

test('freeze is refused with the reason, while stages run inside the thread', async () => {
  const processor = { name: 'c2', pid: null };
  const { app } = workerDoors([pausedView({ mode: 'running', processor })]);
  expect(await post(app, '/api/v1/threads/0/pause', { how: 'freeze' })).toEqual(
    problemOf(409, 'freeze_refused', expect.stringContaining('thread #0')),
  );
});

test.each([
  ['/api/v1/threads/2', 404, 'thread_not_found', '0 to 1'],
  ['/api/v1/threads/-1', 400, 'invalid_request', '-1'],
  ['/api/v1/threads/x', 400, 'invalid_request', 'x'],
  ['/api/v1/threads/1e1', 400, 'invalid_request', '1e1'],
  ['/api/v1/nothing', 404, 'not_found', 'GET /api/v1/nothing'],
  ['/', 404, 'not_found', 'GET /'],
])('GET %s is refused as a problem', async (path, status, code, detail) => {
  const { app } = workerDoors();
  expect(await get(app, path)).toEqual(problemOf(status, code, expect.stringContaining(detail)));
});

test.each([
  ['/api/v1/threads/2/pause', {}, 404, 'thread_not_found', '0 to 1'],
  ['/api/v1/threads/0/pause', '{', 400, 'invalid_request', 'not valid JSON'],
  ['/api/v1/threads/0/pause', [], 400, 'invalid_request', 'object'],
  ['/api/v1/threads/0/pause', null, 400, 'invalid_request', 'object'],
  [
    '/api/v1/threads/0/pause',
    { how: 'hard' },
    400,
    'invalid_request',
    'one of after-stage, freeze, now (found "hard")',
  ],
  ['/api/v1/threads/0/pause', { reason: 'x'.repeat(1001) }, 400, 'invalid_request', 'reason'],
  ['/api/v1/threads/0/resume', { state: 1 }, 400, 'invalid_request', 'state'],
  ['/api/v1/threads/0/explode', {}, 404, 'not_found', 'POST /api/v1/threads/0/explode'],
])('POST %s with %j is refused as a problem', async (path, body, status, code, detail) => {
  const { app, sent } = workerDoors();
  expect(await post(app, path, body)).toEqual(problemOf(status, code, expect.stringContaining(detail)));
  expect(sent).toEqual([]);
});

test('a refused state carries the possible ones', async () => {
  const { app } = workerDoors();
  const { status, body } = await post(app, '/api/v1/threads/1/resume', { state: 'Nowhere' });
  expect(status).toBe(400);
  expect(body).toMatchObject({
    code: 'unknown_state',
    possible: ['PC1Done', 'PC2Done', 'C1Done', 'Aborted'],
  });
});

test('a body over 1 MiB is refused', async () => {
  const { app } = workerDoors();
  const body = { reason: 'x'.repeat(1024 * 1024) };
  expect(await post(app, '/api/v1/threads/0/pause', body)).toEqual(
    problemOf(413, 'body_too_large', expect.stringContaining('1 MiB')),
  );
});
