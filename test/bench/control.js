import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { serve } from '@hono/node-server';
import { wrap } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { Hono } from 'hono';
import { idleWorker } from './idle-worker.js';
import { head, quantile, report } from './report.js';

const rounds = 300;
const restMs = 3;
/** After a resume the thread asks for a sector; it is idle again when that call has failed. */
const idleAgainMs = 15;

/** `pause` from the request to the durable answer, against the same hop without validation or disk. */
export async function bench() {
  head('Pause over HTTP, thread idle');
  const home = mkdtempSync(join(tmpdir(), 'sealvisor-bench-'));
  const worker = await idleWorker(home, 1);
  const bare = await bareServer();
  const durable = await bareServer(join(home, 'bare.db'));
  const hops = [
    { base: `http://127.0.0.1:${worker.port}/api/v1/threads/0`, took: [] },
    { base: `http://127.0.0.1:${bare.port}`, took: [] },
    { base: `http://127.0.0.1:${durable.port}`, took: [] },
  ];
  for (let round = 0; round < rounds; round += 1) {
    for (const { base, took } of hops) {
      await delay(restMs);
      const started = performance.now();
      await post(`${base}/pause`);
      if (round >= rounds / 10) took.push(performance.now() - started);
      await delay(restMs);
      await post(`${base}/resume`);
      await delay(idleAgainMs);
    }
  }
  await worker.stop(0);
  await bare.stop();
  await durable.stop();
  rmSync(home, { recursive: true, force: true });
  const [ours, floor, onDisk] = hops.map((hop) => hop.took);
  let short = 0;
  for (const q of [0.5, 0.99]) {
    const what = `p${q * 100}, against hono + comlink + xstate`;
    const figures = { ours: quantile(ours, q), unit: 'ms' };
    short += report({ ...figures, what, floor: quantile(floor, q), most: 1.5 }) ? 0 : 1;
    report({ ...figures, what: `${what} + one bare transaction`, floor: quantile(onDisk, q) });
  }
  return short;
}

async function post(url) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${url}: ${JSON.stringify(body)}`);
}

/** With a `database` the thread commits to it before it answers. */
async function bareServer(database) {
  const thread = new Worker(new URL('./bare-thread.js', import.meta.url), { workerData: { database } });
  await new Promise((resolve) => thread.once('message', resolve));
  const remote = wrap(nodeEndpoint(thread));
  const app = new Hono();
  for (const [verb, type] of [
    ['pause', 'THREAD.PAUSE'],
    ['resume', 'THREAD.RESUME'],
  ]) {
    app.post(`/${verb}`, async (context) => {
      const event = await context.req.json();
      return context.json(await remote.send({ ...event, type }));
    });
  }
  let server;
  const { port } = await new Promise((resolve) => {
    server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, resolve);
  });
  return {
    port,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await thread.terminate();
    },
  };
}
