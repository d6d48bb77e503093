/** The worker's doors: JSON-RPC for the field's tools, REST for ours. Each leads to the same control. */
import { Hono } from 'hono';
import { SealvisorError } from '../protocol/errors.js';
import type { Worker } from '../worker/worker.js';
import { readBody, readText } from './body.js';
import { jsonRpcHandler } from './json-rpc.js';
import { parse, threadIndex } from './parse.js';
import { problem } from './problem.js';
import { pauseBody, restartBody, resumeBody } from './thread-bodies.js';
import { workerMethods } from './worker-rpc.js';

export function workerApp(worker: Worker): Hono {
  const app = new Hono();
  const { control } = worker;
  const rpc = jsonRpcHandler(workerMethods(worker));
  app.onError((error, c) => problem(c, error));
  app.notFound((c) =>
    problem(c, new SealvisorError('not_found', `nothing answers ${c.req.method} ${c.req.path} here`)),
  );
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/api/v1/worker', (c) => c.json(worker.info()));
  app.get('/api/v1/threads', (c) => c.json(control.threads()));
  app.get('/api/v1/threads/:index', (c) => c.json(control.thread(threadIndex(c.req.param('index')))));
  app.post('/api/v1/threads/:index/pause', async (c) => {
    const body = parse(pauseBody, await readBody(c), 'pause');
    return c.json(await control.pause(threadIndex(c.req.param('index')), body));
  });
  app.post('/api/v1/threads/:index/resume', async (c) => {
    const { dryRun, ...body } = parse(resumeBody, await readBody(c), 'resume');
    const thread = threadIndex(c.req.param('index'));
    if (dryRun) return c.json(await control.dryRun(thread, body));
    return c.json(await control.resume(thread, body));
  });
  app.post('/api/v1/threads/:index/restart', async (c) => {
    const body = parse(restartBody, await readBody(c), 'restart');
    return c.json(await control.restart(threadIndex(c.req.param('index')), body));
  });
  app.get('/api/v1/tree', (c) => c.json({ root: worker.tree() }));
  app.post('*', async (c) => {
    if (c.req.path.startsWith('/api/')) return c.notFound();
    const { status, body } = await rpc(await readText(c));
    return status === 204 ? c.body(null, 204) : c.json(body, status);
  });
  return app;
}
