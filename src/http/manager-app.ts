/** The manager's doors: `Venus.` over JSON-RPC, REST, and the pieces' payloads. */
import { Hono } from 'hono';
import type { Manager } from '../manager/manager.js';
import { SealvisorError } from '../protocol/errors.js';
import { identityHeaders } from '../protocol/identity.js';
import { refuseForeignPages } from './foreign-pages.js';
import { jsonRpcHandler } from './json-rpc.js';
import { limitInFlight } from './load.js';
import { jobRoutes } from './manager-jobs.js';
import { managerMethods } from './manager-rpc.js';
import { sectorRoutes } from './manager-sectors.js';
import { workerRoutes } from './manager-workers.js';
import { pieceRoutes } from './piecestore.js';
import { problem } from './problem.js';
import { answerRpc } from './rpc-door.js';

export interface ManagerDoor {
  /** Names under which it may be asked beside its addresses (src/config/own-names.ts). @default none */
  readonly names?: readonly string[];
}

export function managerApp(manager: Manager, { names = [] }: ManagerDoor = {}): Hono {
  const app = new Hono();
  const rpc = jsonRpcHandler(managerMethods(manager));
  app.onError((error, c) => problem(c, error));
  app.notFound((c) =>
    problem(c, new SealvisorError('not_found', `nothing answers ${c.req.method} ${c.req.path} here`)),
  );
  app.use(async (c, next) => {
    await next();
    c.res.headers.set(identityHeaders.manager, manager.identity);
  });
  refuseForeignPages(app, { names: () => names, option: '--names' });
  limitInFlight(app);
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.on('POST', ['/', '/rpc/v0'], (c) => answerRpc(c, rpc));
  app.get('/api/v1/tree', (c) => c.json({ root: manager.tree() }));
  workerRoutes(app, manager);
  sectorRoutes(app, manager);
  jobRoutes(app, manager);
  pieceRoutes(app, manager);
  return app;
}
