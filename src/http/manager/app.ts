/** The manager's doors: `Venus.` over JSON-RPC (POST and WebSocket), REST, and the pieces' payloads. */
import { Hono } from 'hono';
import type { Manager } from '../../manager/manager.js';
import { SealvisorError } from '../../protocol/errors.js';
import { identityHeaders } from '../../protocol/identity.js';
import { logCommands } from '../command-log.js';
import { refuseForeignPages } from '../foreign-pages.js';
import { jsonRpcHandler } from '../json-rpc.js';
import { limitInFlight } from '../load.js';
import { problem } from '../problem.js';
import { answerRpc, rpcPaths } from '../rpc-door.js';
import { loggedMethods, type ManagerLog } from '../rpc-log.js';
import { webSocketDoor } from '../web-socket-door.js';
import { jobRoutes } from './jobs.js';
import { pieceRoutes } from './piecestore.js';
import { managerMethods } from './rpc.js';
import { sectorRoutes } from './sectors.js';
import { workerRoutes } from './workers.js';

export interface ManagerDoor {
  /** Names under which it may be asked beside its addresses (src/config/own-names.ts). @default none */
  readonly names?: readonly string[];
  /** Told what was done, a line each. @default nothing */
  readonly log?: ManagerLog | undefined;
}

export function managerApp(manager: Manager, { names = [], log }: ManagerDoor = {}): Hono {
  const app = new Hono();
  const methods = managerMethods(manager);
  const rpc = jsonRpcHandler(log ? loggedMethods(methods, log) : methods);
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
  if (log) logCommands(app, log);
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.on('POST', rpcPaths, (c) => answerRpc(c, rpc));
  app.on('GET', rpcPaths, webSocketDoor(rpc));
  app.get('/api/v1/tree', (c) => c.json({ root: manager.tree() }));
  workerRoutes(app, manager);
  sectorRoutes(app, manager);
  jobRoutes(app, manager);
  pieceRoutes(app, manager);
  return app;
}
