/** Whatever a GET shows, nothing is another one afterwards. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Hono } from 'hono';
import { expect, test } from 'vitest';
import { managerApp } from '#src/http/manager/app.js';
import { workerApp } from '#src/http/worker/app.js';
import { finish } from '../tools/manager/jobs-setup.js';
import { setup as manage, summary } from '../tools/manager/setup.js';
import { freshDir, noJobs, setup } from '../tools/worker/setup.js';

/** Every file below, byte for byte; without SQLite's shared memory, which notes its readers. */
const filesBelow = (dir: string) =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('-shm'))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((path) => [path, readFileSync(path).toString('base64')]);

/** Asks every route of GET, with `values` for its parameters; a stream of events has no end. */
async function askAll(app: Hono, values: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const paths = app.routes
    .filter(({ method, path }) => method === 'GET' && !/\*|events$|^\/(rpc\/v0)?$/.test(path))
    .map(({ path }) => path.replace(/:(\w+)/g, (_, key: string) => values[key] ?? key));
  for (const path of new Set(paths)) await (await app.request(path)).text();
  return paths;
}

test('of a worker: files, limits, lines and histories stay as they are', async () => {
  const home = freshDir();
  const { worker, until } = await setup({ home, service: noJobs });
  await until(0, ({ idle, mode }) => mode === 'idle' || idle !== undefined);
  await worker.control.pause(0, {});
  const seen = async () => ({
    files: filesBelow(home),
    worker: worker.control.worker(),
    thread: worker.control.thread(0),
    history: await worker.control.history(0, {}),
  });
  const before = await seen();
  const paths = await askAll(workerApp(worker), { index: '0', plan: 'sealer' });
  expect(paths).toEqual(expect.arrayContaining(['/readyz', '/metrics', '/api/v1/threads/0/history']));
  expect(await seen()).toEqual(before);
});

test('of a manager: files, sectors, jobs and the roster stay as they are', async () => {
  const home = freshDir();
  const { manager } = await manage({ home });
  manager.roster.ping({ name: 'w1', dest: '127.0.0.1:1', version: null, summary });
  finish(manager.sectors);
  const seen = () => ({
    files: filesBelow(home),
    sectors: manager.sectors.list(),
    jobs: manager.sectors.jobs.list(),
    workers: manager.roster.list(),
  });
  const before = seen();
  const paths = await askAll(managerApp(manager), { name: 'w1', index: '0', id: 's-t010000-1', cid: 'none' });
  expect(paths).toEqual(expect.arrayContaining(['/api/v1/workers', '/api/v1/sectors', '/api/v1/jobs']));
  expect(seen()).toEqual(before);
});
