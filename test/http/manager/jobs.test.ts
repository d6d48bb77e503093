/** The routes by which operators ask for jobs. */
import { expect, test } from 'vitest';
import { managerApp } from '#src/http/manager/app.js';
import { get, post, problemOf } from '../../tools/http/setup.js';
import { anything, first, setup as manage, piecesOf } from '../../tools/manager/jobs-setup.js';
import { freshDir } from '../../tools/manager/setup.js';

const sector = '/api/v1/sectors/s-t010000-1';

async function setup(options: Parameters<typeof manage>[0] = {}) {
  const fixture = await manage(options);
  return { ...fixture, app: managerApp(fixture.manager) };
}

test('each is asked for, listed, shown by its id, and cancelled', async () => {
  const { app } = await setup({ finished: 2, withDeals: true, pieces: piecesOf(2000) });
  const by = { by: 'alice', reason: 'why' };
  const dest = 'http://host/';
  for (const [path, body, id] of [
    ['/api/v1/wdpost', { sectors: ['s-t010000-1'] }, 'wdpost-1'],
    [`${sector}/unseal`, { dest }, 'unseal-2'],
    ['/api/v1/sectors/s-t010000-2/snapup', { pieces: piecesOf(100) }, 'snapup-3'],
  ] as const) {
    const { status, body: reply } = await post(app, path, { ...by, ...body });
    expect({ status, reply }).toMatchObject({
      status: 200,
      reply: { changed: true, message: expect.stringContaining(id), jobs: [{ id, asked: by }] },
    });
    expect(await get(app, `/api/v1/jobs/${id}`)).toMatchObject({
      status: 200,
      body: { id, state: 'waiting' },
    });
    expect((await post(app, `/api/v1/jobs/${id}/cancel`, by)).body).toMatchObject({
      changed: true,
      jobs: [{ id, state: 'cancelled', error: by }],
    });
  }
  expect((await post(app, `${sector}/rebuild`, by)).body).toMatchObject({ jobs: [{ id: 'rebuild-4' }] });
  expect((await get(app, '/api/v1/jobs')).body).toMatchObject([
    { id: 'wdpost-1' },
    { id: 'unseal-2' },
    { id: 'snapup-3' },
    { id: 'rebuild-4' },
  ]);
  expect((await get(app, sector)).body).toMatchObject({ lost: by, job: { id: 'rebuild-4' } });
});

test('asked for again under its id it is one job, and the answer is the same; another command is another', async () => {
  const { app } = await setup({ finished: 2, withDeals: true });
  const ask = (path: string, body: object = {}) => post(app, path, { id: 'same', ...body });
  const first = await ask('/api/v1/wdpost', { sectors: ['s-t010000-1'] });
  expect(await ask('/api/v1/wdpost', { sectors: ['s-t010000-1'] })).toEqual(first);
  expect((await ask('/api/v1/wdpost', { sectors: ['s-t010000-2'] })).status).toBe(200);
  expect((await get(app, '/api/v1/jobs')).body).toHaveLength(2);
  const cancelled = await ask('/api/v1/jobs/wdpost-1/cancel');
  expect(cancelled.body).toMatchObject({ changed: true });
  expect(await ask('/api/v1/jobs/wdpost-1/cancel')).toEqual(cancelled);
});

test('the payload of an upgrade’s piece can be fetched as any other', async () => {
  const { app, jobs } = await setup();
  await post(app, `${sector}/snapup`, { pieces: piecesOf(100) });
  const [piece] = jobs.snapUp.allocate(anything)?.Pieces ?? [];
  const response = await app.request(`/piecestore/${piece?.Piece.Cid['/']}`);
  expect((await response.arrayBuffer()).byteLength).toBe(100);
});

test.each([
  [`${sector}/snapup`, {}, 'snapup pieces'],
  [`${sector}/snapup`, { pieces: 'deals' }, 'snapup pieces: expected an absolute path'],
  [`${sector}/snapup`, { pieces: '/deals', dest: 'x' }, 'snapup'],
  [`${sector}/rebuild`, { pieces: '/deals' }, 'rebuild'],
  [`${sector}/unseal`, {}, 'unseal dest'],
  [`${sector}/unseal`, { dest: 5 }, 'unseal dest'],
  [`${sector}/unseal`, { dest: 'file:///out', piece: '' }, 'unseal piece'],
  ['/api/v1/wdpost', { sectors: 's-t010000-1' }, 'wdpost sectors'],
  ['/api/v1/wdpost', { sectors: ['1'] }, '1 is not a sector id'],
  ['/api/v1/sectors/1/snapup', { pieces: '/deals' }, '1 is not a sector id'],
  ['/api/v1/jobs/wdpost-1/cancel', { why: 'x' }, 'cancel'],
])('%s with %j is refused: %s', async (path, body, words) => {
  const { app, jobs } = await setup();
  expect(await post(app, path, body)).toEqual(
    problemOf(400, 'invalid_request', expect.stringContaining(words)),
  );
  expect(jobs.list()).toEqual([]);
});

test('refusals carry their code', async () => {
  const { app, sectors } = await setup();
  sectors.allocate(null, null);
  const other = '/api/v1/sectors/s-t010000-2';
  const unknown = '/api/v1/sectors/s-t010000-9';
  const dest = 'file:///out';
  for (const [path, body, status, code] of [
    [`${unknown}/snapup`, { pieces: '/deals' }, 404, 'sector_not_found'],
    [`${unknown}/rebuild`, {}, 404, 'sector_not_found'],
    [`${unknown}/unseal`, { dest }, 404, 'sector_not_found'],
    ['/api/v1/wdpost', { sectors: ['s-t010000-9'] }, 404, 'sector_not_found'],
    ['/api/v1/wdpost', { sectors: [] }, 400, 'usage'],
    [`${sector}/snapup`, { pieces: freshDir() }, 400, 'usage'],
    [`${other}/snapup`, { pieces: '/deals' }, 409, 'state_not_possible'],
    [`${other}/rebuild`, {}, 409, 'state_not_possible'],
    [`${other}/unseal`, { dest }, 409, 'state_not_possible'],
    ['/api/v1/wdpost', { sectors: ['s-t010000-2'] }, 409, 'state_not_possible'],
    ['/api/v1/jobs/snapup-1/cancel', {}, 404, 'job_not_found'],
  ] as const)
    expect([path, await post(app, path, body)]).toEqual([path, problemOf(status, code, expect.any(String))]);
  expect(await get(app, '/api/v1/jobs/snapup-1')).toEqual(
    problemOf(404, 'job_not_found', expect.any(String)),
  );
  expect(sectors.view(first).job).toBeNull();
});
