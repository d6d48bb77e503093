import type { Hono } from 'hono';
import { expect, test } from 'vitest';
import { managerApp } from '#src/http/manager/app.js';
import { managerRows } from '#src/http/manager/routes.js';
import type { RouteRow } from '#src/http/route-row.js';
import { upstreamApp } from '#src/http/upstream/app.js';
import { upstreamRows } from '#src/http/upstream/routes.js';
import { workerRows } from '#src/http/worker/routes.js';
import { apiPage } from '../tools/docs/api-page.js';
import { workerDoors } from '../tools/http/setup.js';
import { front } from '../tools/http/upstream-setup.js';
import { setup } from '../tools/manager/setup.js';

/** What an app serves; a handler that takes `next` for every method goes before routes, and is none. */
function routesOf({ routes }: Hono): readonly string[] {
  const own = routes.filter(({ method, handler }) => method !== 'ALL' || handler.length < 2);
  return [...new Set(own.map(({ method, path }) => `${method} ${path}`))].toSorted();
}

const listed = (rows: readonly RouteRow[]) => rows.map(({ route }) => route).toSorted();

test('docs/api.md is what the rows and the schemas make: npm run docs makes it anew', async () => {
  await expect(apiPage()).toMatchFileSnapshot('../../docs/api.md');
});

test('each route of a worker has one row, and each row is of a route', () => {
  expect(listed(workerRows)).toEqual(routesOf(workerDoors().app));
});

test('each route of a manager has one row, and each row is of a route', async () => {
  expect(listed(managerRows)).toEqual(routesOf(managerApp((await setup()).manager)));
});

test('each route of a manager in front of another one has one row, and each row is of a route', async () => {
  // Nobody has to answer there.
  const server = await front('http://127.0.0.1:1');
  expect(listed(upstreamRows)).toEqual(routesOf(upstreamApp(server.front)));
});
