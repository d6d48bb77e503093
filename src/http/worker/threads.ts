/** The routes of one worker's threads (docs/spec.md#rest). */
import type { Hono } from 'hono';
import type { WorkerControl } from '../../worker/control-words.js';
import { parse, threadIndex } from '../parse.js';
import { askedBody, historyQuery, pauseBody, resumeBody } from '../thread-bodies.js';
import { readCommand } from '../who.js';

const threads = '/api/v1/threads';
const thread = `${threads}/:index` as const;

export function threadRoutes(app: Hono, control: WorkerControl): void {
  app.get(threads, (c) => c.json(control.threads()));
  app.get(thread, (c) => c.json(control.thread(threadIndex(c.req.param('index')))));
  app.post(`${thread}/pause`, async (c) => {
    const body = parse(pauseBody, await readCommand(c), 'pause');
    const index = threadIndex(c.req.param('index'));
    // Read only if needed: the signal makes the server build a full Request.
    const request = body.waitMs ? { ...body, signal: c.req.raw.signal } : body;
    return c.json(await control.pause(index, request));
  });
  app.post(`${thread}/resume`, async (c) => {
    const { dryRun, ...body } = parse(resumeBody, await readCommand(c), 'resume');
    const index = threadIndex(c.req.param('index'));
    if (dryRun) return c.json(await control.dryRun(index, { state: body.state, force: body.force }));
    return c.json(await control.resume(index, body));
  });
  app.post(`${thread}/restart`, async (c) => {
    const body = parse(askedBody, await readCommand(c), 'restart');
    return c.json(await control.restart(threadIndex(c.req.param('index')), body));
  });
  app.get(`${thread}/history`, async (c) => {
    const query = parse(historyQuery, c.req.query(), 'history');
    const rows = await control.history(threadIndex(c.req.param('index')), query);
    // As bytes: node would join a text of megabytes with the headers and encode it again.
    return c.body(Buffer.from(rows), 200, { 'content-type': 'application/json' });
  });
  app.get(`${thread}/estimate`, async (c) =>
    c.json(await control.estimate(threadIndex(c.req.param('index')))),
  );
  app.get('/api/v1/estimates', async (c) => c.json(await control.estimates()));
}
