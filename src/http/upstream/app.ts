/** The doors of a manager in front of another one. */
import { Hono } from 'hono';
import type { Front } from '../../manager/upstream/front.js';
import { SealvisorError } from '../../protocol/errors.js';
import { logCommands } from '../command-log.js';
import { refuseForeignPages } from '../foreign-pages.js';
import { limitInFlight } from '../load.js';
import type { ManagerDoor } from '../manager/app.js';
import { workerRoutes } from '../manager/workers.js';
import { problem } from '../problem.js';
import { rpcPaths } from '../rpc-door.js';
import { conversationDoor } from '../web-socket-door.js';
import { rpcRoutes, upstreamRpc } from './door.js';
import { passCounts, passMetricsRoute } from './metrics.js';
import { answerWith, countInFlight, passer, rawHeadersOf } from './pass.js';
import { seenSectorRoutes } from './sectors.js';
import { upstreamConversation } from './socket.js';

const silent = () => undefined;

export function upstreamApp(front: Front, { names = [], emit = silent }: ManagerDoor = {}): Hono {
  const app = new Hono();
  const counts = passCounts(front);
  const pass = passer(front, counts);
  const rpc = upstreamRpc(front, pass, emit);
  app.onError((error, c) => problem(c, error));
  app.notFound((c) =>
    problem(c, new SealvisorError('not_found', `nothing answers ${c.req.method} ${c.req.path} here`)),
  );
  refuseForeignPages(app, { names: () => names, option: '--names' });
  // Requests that are passed on have limits of their own: they wait for upstream, and must not block these routes.
  limitInFlight(app, undefined, '/api/*');
  logCommands(app, emit);
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', (c) => {
    const upstream = front.reach.state();
    const isReady = upstream.isUp !== false;
    return c.json(
      { status: isReady ? 'ok' : 'upstream does not answer', mode: 'upstream', upstream },
      isReady ? 200 : 503,
    );
  });
  passMetricsRoute(app, counts);
  rpcRoutes(app, rpc, front);
  app.on(
    'GET',
    rpcPaths,
    conversationDoor((c) => upstreamConversation(c, rpc, front)),
  );
  // Workers fetch pieces from the manager that they call. Hono answers HEAD by the route of GET.
  app.get('/piecestore/*', async (c) => {
    countInFlight(c, front);
    const { pathname, search } = new URL(c.req.url);
    const { method } = c.req;
    const request = { method, path: pathname + search, headers: rawHeadersOf(c), signal: c.req.raw.signal };
    return answerWith(c, await pass(request, { label: 'piecestore' }));
  });
  app.get('/api/v1/tree', (c) => c.json({ root: front.tree() }));
  app.get('/api/v1/upstream', (c) => c.json(front.reach.state()));
  workerRoutes(app, front);
  seenSectorRoutes(app, front);
  return app;
}
