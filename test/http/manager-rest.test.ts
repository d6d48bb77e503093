import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { managerApp } from '#src/http/manager-app.js';
import { filesIn, setup, summary } from '../manager/setup.js';
import { get, problemOf } from './setup.js';

async function start(options: Parameters<typeof setup>[0] = {}) {
  const fixture = await setup(options);
  return { ...fixture, app: managerApp(fixture.manager) };
}

const w1 = { name: 'w1', dest: '127.0.0.1:17890', version: '0.1.0', summary };

test('workers are listed with their last report', async () => {
  const { app, manager } = await start();
  expect(await get(app, '/api/v1/workers')).toMatchObject({ status: 200, body: [] });
  manager.roster.ping(w1);
  const entry = { ...w1, life: null, lastPing: '2026-11-22T10:00:00.000Z' };
  expect((await get(app, '/api/v1/workers')).body).toEqual([entry]);
  expect((await get(app, '/api/v1/workers/w1')).body).toEqual(entry);
});

test.each(['127.0.0.1', 'a b/c', 'ü%'])('a worker may be called %j', async (name) => {
  const { app, manager } = await start();
  manager.roster.ping({ ...w1, name });
  expect((await get(app, `/api/v1/workers/${encodeURIComponent(name)}`)).body).toMatchObject({ name });
});

test('a worker is removed once', async () => {
  const { app, manager } = await start();
  manager.roster.ping(w1);
  const remove = () => app.request('/api/v1/workers/w1', { method: 'DELETE' });
  expect((await remove()).status).toBe(204);
  expect((await remove()).status).toBe(404);
  expect((await get(app, '/api/v1/workers')).body).toEqual([]);
});

test('healthz answers; what is not there is a problem', async () => {
  const { app } = await start();
  expect(await get(app, '/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } });
  expect(await get(app, '/api/v1/nothing')).toEqual(
    problemOf(404, 'not_found', 'nothing answers GET /api/v1/nothing here'),
  );
  expect(await get(app, '/api/v1/workers/w1')).toEqual(
    problemOf(404, 'worker_not_found', 'no worker w1: none has reported yet'),
  );
  expect(await get(app, '/api/v1/workers/w1/threads/x')).toEqual(
    problemOf(400, 'invalid_request', expect.stringContaining('x')),
  );
});

test("a piece's payload is served as it is, without padding", async () => {
  const { app, manager } = await start({ pieces: filesIn({ a: 'some text' }) });
  const [piece] = manager.sectors.waiting();
  const response = await app.request(`/piecestore/${piece?.cid}`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/octet-stream');
  expect(await response.text()).toBe('some text');
});

test('a piece that is unknown, or whose file went away, is missing', async () => {
  const pieces = filesIn({ a: 'some text' });
  const { app, manager } = await start({ pieces });
  expect(await get(app, '/piecestore/baga1')).toEqual(
    problemOf(404, 'piece_missing', 'no piece baga1 is known here'),
  );
  rmSync(join(pieces, 'a'));
  const [piece] = manager.sectors.waiting();
  expect(await get(app, `/piecestore/${piece?.cid}`)).toEqual(
    problemOf(404, 'piece_missing', expect.stringContaining(join(pieces, 'a'))),
  );
});
