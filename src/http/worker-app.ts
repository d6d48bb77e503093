/** The worker's doors: JSON-RPC for the field's tools, REST for ours. Each leads to the same control. */
import { Hono } from 'hono';
import { z } from 'zod';
import { SealvisorError } from '../protocol/errors.js';
import { toFieldThread } from '../protocol/field-thread.js';
import type { Worker } from '../worker/worker.js';
import { readBody, readText } from './body.js';
import { jsonRpcHandler } from './json-rpc.js';
import { parse, threadIndex } from './parse.js';
import { problem } from './problem.js';

const text = z.string().max(1000);
const pauseBody = z.object({
  how: z.enum(['after-stage', 'freeze', 'now']).optional(),
  reason: text.optional(),
  by: text.optional(),
  waitMs: z.number().int().min(0).optional(),
});
const resumeBody = z.object({
  state: z.string().max(64).nullish(),
  reason: text.optional(),
  by: text.optional(),
  dryRun: z.boolean().optional(),
  force: z.boolean().optional(),
});

const index = (value: unknown) => parse(z.number().int(), value, 'index');

function rpcMethods(worker: Worker) {
  const { control } = worker;
  return {
    'VenusWorker.WorkerList': {
      names: [],
      call: () => control.threads().map((view) => toFieldThread(view, Date.now())),
    },
    'VenusWorker.WorkerPause': {
      names: ['index'],
      call: async ([at]: readonly unknown[]) => (await control.pause(index(at), { by: 'json-rpc' })).changed,
    },
    'VenusWorker.WorkerResume': {
      names: ['index', 'state'],
      call: async ([at, state]: readonly unknown[]) => {
        const to = parse(z.string().nullish(), state, 'state');
        return (await control.resume(index(at), { state: to, by: 'json-rpc' })).changed;
      },
    },
    'VenusWorker.WorkerVersion': { names: [], call: () => worker.version },
    ...Object.fromEntries(
      ['VenusWorker.WorkerSetEnv', 'VenusWorker.WorkerRemoveEnv'].map((method) => [
        method,
        {
          names: ['name', 'value'],
          call: ([name]: readonly unknown[]) => {
            throw new SealvisorError(
              'invalid_request',
              `${String(name)} cannot be set: no processor child runs`,
            );
          },
        },
      ]),
    ),
  };
}

export function workerApp(worker: Worker): Hono {
  const app = new Hono();
  const { control } = worker;
  const rpc = jsonRpcHandler(rpcMethods(worker));
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
    if (dryRun) return c.json(await control.dryRun(thread, body.state ?? null));
    return c.json(await control.resume(thread, body));
  });
  app.post('*', async (c) => {
    if (c.req.path.startsWith('/api/')) return c.notFound();
    const { status, body } = await rpc(await readText(c));
    return status === 204 ? c.body(null, 204) : c.json(body, status);
  });
  return app;
}
