/**
 * `/api/v1/workers`: the workers that reported, and a relay to each: the routes of our worker under `/api/v1` work
 * here, except events.
 */
import type { Context, Hono } from 'hono';
import { bytesOf } from '../../fleet/http-client.js';
import type { ThreadRequest } from '../../fleet/upstream-worker.js';
import type { PassedRequest } from '../../fleet/worker-client.js';
import type { Manager } from '../../manager/manager.js';
import { SealvisorError } from '../../protocol/errors.js';
import { readBody } from '../body.js';
import { parse, threadIndex } from '../parse.js';
import { askedBody, pauseBody, resumeBody } from '../thread-bodies.js';
import { callerBy, commandId, readCommand } from '../who.js';

/** The services are read from `manager` at each request, as they may have been restarted. */
export function workerRoutes(app: Hono, manager: Pick<Manager, 'roster' | 'relay'>): void {
  const base = '/api/v1/workers';
  app.get(base, (c) => c.json(manager.roster.list()));
  app.get(`${base}/:name`, (c) => c.json(manager.roster.get(c.req.param('name'))));
  app.delete(`${base}/:name`, (c) => {
    manager.roster.remove(c.req.param('name'));
    return c.body(null, 204);
  });
  // An upstream worker has no REST; these routes work for it too.
  app.get(`${base}/:name/threads`, async (c) =>
    passedOn(c, await manager.relay.to(c.req.param('name')).threads()),
  );
  app.get(`${base}/:name/threads/:index`, async (c) => {
    const index = threadIndex(c.req.param('index'));
    return passedOn(c, await manager.relay.to(c.req.param('name')).thread(index));
  });
  const bodies = { pause: pauseBody, resume: resumeBody, restart: askedBody } as const;
  for (const verb of ['pause', 'resume', 'restart'] as const)
    app.post(`${base}/:name/threads/:index/${verb}`, async (c) => {
      const { name = '', index } = c.req.param();
      const request = parse<ThreadRequest>(bodies[verb], await readCommand(c), verb);
      const thread = threadIndex(index);
      return passedOn(c, await manager.relay.to(name).command(thread, verb, request, c.req.raw.signal));
    });
  app.on(['GET', 'POST', 'PUT', 'DELETE'], `${base}/:name/*`, async (c) => {
    const request = await passedRequest(c);
    const { name = '' } = c.req.param();
    if (/^\/events\b/.test(request.path))
      throw new SealvisorError(
        'not_found',
        `the events of ${name} are not relayed: they come from http://${manager.roster.get(name).dest}/api/v1/events`,
      );
    const answer = await manager.relay.to(name).pass(request);
    return answer === undefined ? c.body(null, 204) : passedOn(c, answer);
  });
}

/**
 * The bytes of one of our workers' answers, unchanged; an answer that was converted from an upstream worker's is
 * serialized here.
 */
function passedOn(c: Context, answer: unknown): Response {
  const bytes = bytesOf(answer);
  if (bytes === undefined) return c.body(JSON.stringify(answer), 200, json);
  return c.body(new Uint8Array(bytes), 200, json);
}

const json = { 'content-type': 'application/json' };

/** The request to pass on: the path after the worker's name. @throws not_found, body_too_large, invalid_request */
async function passedRequest(c: Context): Promise<PassedRequest> {
  const { pathname, search } = new URL(c.req.url);
  // '', api, v1, workers, its name, and the rest.
  const path = `/${pathname.split('/').slice(5).join('/')}`;
  // The route allows only these methods.
  const method = c.req.method as PassedRequest['method'];
  const passed = { method, path: path + search, signal: c.req.raw.signal };
  if (method === 'GET') return passed;
  // `by` and `id` are not put into the body, as a worker of 0.1.0 refuses unknown fields.
  return { ...passed, body: await readBody(c), by: callerBy(c, 'http'), id: commandId(c) };
}
