/** The worker's doors: JSON-RPC for upstream's tools, REST for ours, both over the same control. */
import { Hono } from 'hono';
import { SealvisorError } from '../../protocol/errors.js';
import type { Worker } from '../../worker/worker.js';
import { eventRoutes } from '../events.js';
import { refuseForeignPages } from '../foreign-pages.js';
import { jsonRpcHandler } from '../json-rpc.js';
import { limitInFlight } from '../load.js';
import { metricsRoute } from '../metrics.js';
import { problem } from '../problem.js';
import { answerRpc } from '../rpc-door.js';
import { lifeRoutes } from './life.js';
import { refuseForOthers } from './meant-worker.js';
import { workerMethods } from './rpc.js';
import { threadRoutes } from './threads.js';

export function workerApp(worker: Worker): Hono {
  const app = new Hono();
  const rpc = jsonRpcHandler(workerMethods(worker));
  app.onError((error, c) => problem(c, error));
  app.notFound((c) =>
    problem(c, new SealvisorError('not_found', `nothing answers ${c.req.method} ${c.req.path} here`)),
  );
  refuseForeignPages(app, {
    names: () => [...worker.config().names, worker.config().worker.host],
    option: '[sealvisor] names',
  });
  refuseForOthers(app, worker);
  limitInFlight(app);
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  threadRoutes(app, worker.control);
  lifeRoutes(app, worker.control);
  eventRoutes(app, worker);
  metricsRoute(app, worker);
  app.get('/api/v1/tree', (c) => c.json({ root: worker.tree() }));
  app.post('*', async (c) => {
    if (c.req.path.startsWith('/api/')) return c.notFound();
    return answerRpc(c, rpc);
  });
  return app;
}
