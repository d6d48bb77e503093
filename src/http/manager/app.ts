/** The manager's doors: `Venus.` over JSON-RPC (POST and WebSocket), REST, and the pieces' payloads. */
import { Hono } from 'hono';
import type { Manager } from '../../manager/manager.js';
import { SealvisorError } from '../../protocol/errors.js';
import type { Emit } from '../../protocol/events/table.js';
import { identityHeaders } from '../../protocol/identity.js';
import { logCommands } from '../command-log.js';
import { refuseForeignPages } from '../foreign-pages.js';
import { jsonRpcHandler } from '../json-rpc.js';
import { limitInFlight } from '../load.js';
import { problem } from '../problem.js';
import { answerRpc, rpcPaths } from '../rpc-door.js';
import { loggedMethods } from '../rpc-log.js';
import { webSocketDoor } from '../web-socket-door.js';
import { jobRoutes } from './jobs.js';
import { pieceRoutes } from './piecestore.js';
import { managerMethods } from './rpc.js';
import { sectorRoutes } from './sectors.js';
import { workerRoutes } from './workers.js';

export interface ManagerDoor {
  /** Names that it may be reached by, in addition to its addresses (src/config/own-names.ts). @default none */
  readonly names?: readonly string[];
  /** Receives events of what was done and refused. @default none */
  readonly emit?: Emit | undefined;
}

export function managerApp(manager: Manager, { names = [], emit }: ManagerDoor = {}): Hono {
  const app = new Hono();
  const methods = managerMethods(manager);
  const rpc = jsonRpcHandler(emit ? loggedMethods(methods, emit) : methods);
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
  if (emit) logCommands(app, emit);
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
