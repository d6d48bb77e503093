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

const rounds = 400;
const restMs = 3;

/** `pause` from the request to the durable answer, against the same hop without validation or disk. */
export async function bench() {
  head('Pause over HTTP, thread idle');
  const home = mkdtempSync(join(tmpdir(), 'sealvisor-bench-'));
  const worker = await idleWorker(home, 1);
  const bare = await bareServer();
  const hops = [
    { base: `http://127.0.0.1:${worker.port}/api/v1/threads/0`, took: [] },
    { base: `http://127.0.0.1:${bare.port}`, took: [] },
  ];
  for (let round = 0; round < rounds; round += 1) {
    for (const { base, took } of hops) {
      await delay(restMs);
      const started = performance.now();
      await post(`${base}/pause`);
      if (round >= rounds / 10) took.push(performance.now() - started);
      await delay(restMs);
      await post(`${base}/resume`);
    }
  }
  await worker.stop(0);
  await bare.stop();
  rmSync(home, { recursive: true, force: true });
  const [ours, floor] = hops.map((hop) => hop.took);
  return [0.5, 0.99]
    .map((q) => ({ what: `p${q * 100}, against hono + comlink + xstate`, q }))
    .map(({ what, q }) =>
      report({ what, ours: quantile(ours, q), floor: quantile(floor, q), unit: 'ms', most: 1.5 }),
    )
    .filter((kept) => !kept).length;
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

async function bareServer() {
  const thread = new Worker(new URL('./bare-thread.js', import.meta.url));
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
