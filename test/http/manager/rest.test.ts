import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { managerApp } from '#src/http/manager/app.js';
import { get, post, problemOf } from '../../tools/http/setup.js';
import { finish } from '../../tools/manager/jobs-setup.js';
import { filesIn, setup, summary } from '../../tools/manager/setup.js';

async function start(options: Parameters<typeof setup>[0] = {}) {
  const fixture = await setup(options);
  return { ...fixture, app: managerApp(fixture.manager) };
}

const w1 = { name: 'w1', dest: '127.0.0.1:17890', version: '0.1.0', summary };

test('workers are listed with their last report', async () => {
  const { app, manager } = await start();
  expect(await get(app, '/api/v1/workers')).toMatchObject({ status: 200, body: [] });
  manager.roster.ping(w1);
  const entry = { ...w1, life: null, lastPing: '2026-11-22T10:00:00.000Z', silentMs: 0 };
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

test.each([
  ['bytes=5-', 206, 'text', 'bytes 5-8/9'],
  ['bytes=2-5', 206, 'me t', 'bytes 2-5/9'],
  ['bytes=-4', 206, 'text', 'bytes 5-8/9'],
  ['bytes=5-100', 206, 'text', 'bytes 5-8/9'],
  ['bytes=9-', 416, '', 'bytes */9'],
  ['bytes=-0', 416, '', 'bytes */9'],
  ['bytes=0-1,3-4', 200, 'some text', null],
  ['bytes=5-2', 200, 'some text', null],
  ['lines=1-', 200, 'some text', null],
])('Range %s of a piece is answered %d', async (range, status, text, contentRange) => {
  const { app, manager } = await start({ pieces: filesIn({ a: 'some text' }) });
  const [piece] = manager.sectors.waiting();
  const response = await app.request(`/piecestore/${piece?.cid}`, { headers: { range } });
  expect(response.status).toBe(status);
  expect(response.headers.get('content-range')).toBe(contentRange);
  expect(await response.text()).toBe(text);
});

test('a part of a piece is given only of the version that was begun', async () => {
  const { app, manager } = await start({ pieces: filesIn({ a: 'some text' }) });
  const [piece] = manager.sectors.waiting();
  const part = async (version: string) => {
    const headers = { range: 'bytes=5-', 'if-range': version };
    return (await app.request(`/piecestore/${piece?.cid}`, { headers })).text();
  };
  const etag = (await app.request(`/piecestore/${piece?.cid}`)).headers.get('etag') ?? '';
  expect([await part(etag), await part('"another"')]).toEqual(['text', 'some text']);
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

test.each([
  ['a link to a file elsewhere', (path: string, dir: string) => symlinkSync(join(dir, 'secret'), path)],
  ['a link to a file beside it', (path: string) => symlinkSync(`${path}-moved`, path)],
  ['a pipe that nobody writes to', (path: string) => execFileSync('mkfifo', [path])],
  ['a directory', (path: string) => mkdirSync(path)],
])('a piece that has become %s is not served, and no request hangs', async (_, become) => {
  const pieces = filesIn({ a: 'some text' });
  const elsewhere = filesIn({ secret: 'not for you' });
  const { app, manager } = await start({ pieces });
  const [piece] = manager.sectors.waiting();
  const path = join(pieces, 'a');
  renameSync(path, `${path}-moved`);
  become(path, elsewhere);
  expect(await get(app, `/piecestore/${piece?.cid}`)).toMatchObject({
    status: 404,
    body: { code: 'piece_missing', detail: expect.stringContaining(path) },
  });
});

test('a piece below a directory that became a link to elsewhere is not served', async () => {
  const pieces = filesIn({ 'deep/a': 'some text' });
  const elsewhere = filesIn({ a: 'some text' }, mkdtempSync('/var/tmp/sealvisor-'));
  onTestFinished(() => rmSync(elsewhere, { recursive: true }));
  const { app, manager } = await start({ pieces });
  const [piece] = manager.sectors.waiting();
  renameSync(join(pieces, 'deep'), join(pieces, 'moved'));
  symlinkSync(elsewhere, join(pieces, 'deep'));
  expect((await get(app, `/piecestore/${piece?.cid}`)).body).toMatchObject({
    code: 'piece_missing',
    detail: expect.stringContaining('--piece-roots'),
  });
});

test('HEAD tells the size of a piece and leaves no file open', async () => {
  const { app, manager } = await start({ pieces: filesIn({ a: 'some text' }) });
  const [piece] = manager.sectors.waiting();
  const open = () => readdirSync('/proc/self/fd').length;
  const before = open();
  for (let n = 0; n < 100; n += 1) {
    const response = await app.request(`/piecestore/${piece?.cid}`, { method: 'HEAD' });
    expect([response.status, response.headers.get('content-length')]).toEqual([200, '9']);
  }
  expect(open()).toBeLessThan(before + 20);
});

test.each(['/etc', '/', 'a link to it'])('an upgrade is not given the files of %s', async (directory) => {
  const pieces = filesIn({ a: 'some text' });
  const { app, manager } = await start({ pieces, pieceRoots: [join(pieces, 'upgrades')] });
  symlinkSync('/etc', join(pieces, 'link'));
  mkdirSync(join(pieces, 'upgrades'));
  const job = { pieces: directory.startsWith('/') ? directory : join(pieces, 'link') };
  finish(manager.sectors);
  expect(await post(app, '/api/v1/sectors/s-t010000-1/snapup', job)).toEqual(
    problemOf(400, 'usage', expect.stringContaining('--piece-roots')),
  );
  expect(manager.sectors.waiting()).toHaveLength(1);
});
