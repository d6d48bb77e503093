/** The manager's doors: `Venus.` over JSON-RPC, REST, and the pieces' payloads. */
import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { Hono } from 'hono';
import type { ThreadRequest } from '../fleet/field-worker.js';
import type { Manager } from '../manager/manager.js';
import { SealvisorError } from '../protocol/errors.js';
import { readBody, readText } from './body.js';
import { jsonRpcHandler } from './json-rpc.js';
import { managerMethods } from './manager-rpc.js';
import { parse, threadIndex } from './parse.js';
import { problem } from './problem.js';
import { pauseBody, resumeBody } from './thread-bodies.js';

export function managerApp(manager: Manager): Hono {
  const app = new Hono();
  const { roster, relay } = manager;
  const rpc = jsonRpcHandler(managerMethods(manager));
  app.onError((error, c) => problem(c, error));
  app.notFound((c) =>
    problem(c, new SealvisorError('not_found', `nothing answers ${c.req.method} ${c.req.path} here`)),
  );
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.on('POST', ['/', '/rpc/v0'], async (c) => {
    const { status, body } = await rpc(await readText(c));
    return status === 204 ? c.body(null, 204) : c.json(body, status);
  });
  app.get('/api/v1/workers', (c) => c.json(roster.list()));
  app.get('/api/v1/workers/:name', (c) => c.json(roster.get(c.req.param('name'))));
  app.delete('/api/v1/workers/:name', (c) => {
    roster.remove(c.req.param('name'));
    return c.body(null, 204);
  });
  app.get('/api/v1/workers/:name/threads', async (c) => c.json(await relay.threads(c.req.param('name'))));
  app.get('/api/v1/workers/:name/threads/:index', async (c) =>
    c.json(await relay.thread(c.req.param('name'), threadIndex(c.req.param('index')))),
  );
  const bodies = { pause: pauseBody, resume: resumeBody } as const;
  for (const verb of ['pause', 'resume'] as const)
    app.post(`/api/v1/workers/:name/threads/:index/${verb}`, async (c) => {
      const { name, index } = c.req.param();
      const request = parse<ThreadRequest>(bodies[verb], await readBody(c), verb);
      return c.json(await relay.command(name ?? '', threadIndex(index), verb, request));
    });
  app.get('/piecestore/:cid', async (c) => {
    const cid = c.req.param('cid');
    const piece = manager.piece(cid);
    if (!piece) throw new SealvisorError('piece_missing', `no piece ${cid} is known here`);
    await access(piece.path).catch((cause: unknown) => {
      throw new SealvisorError('piece_missing', `piece ${cid} is gone: ${piece.path} cannot be read`, {
        cause,
      });
    });
    // Node's and the DOM's stream types differ in name only.
    const stream = Readable.toWeb(createReadStream(piece.path)) as unknown as ReadableStream;
    return c.body(stream, 200, { 'content-type': 'application/octet-stream' });
  });
  return app;
}
