/** The routes of the worker as a whole: its life, its limits, its breakers (docs/spec.md#rest). */
import type { Hono } from 'hono';
import { planNamed, plans, sealingThread } from '../../../machines/index.js';
import { SealvisorError } from '../../protocol/errors.js';
import type { WorkerControl } from '../../worker/control-words.js';
import { parse } from '../parse.js';
import { askedBody } from '../thread-bodies.js';
import { readCommand } from '../who.js';
import { adoptBody, drainBody, limitBody, reloadBody, stopBody } from './bodies.js';

export function lifeRoutes(app: Hono, control: WorkerControl): void {
  app.get('/readyz', (c) => {
    const life = control.life();
    return c.json({ status: life }, life === 'serving' || life === 'cordoned' ? 200 : 503);
  });
  app.get('/api/v1/worker', (c) => c.json(control.worker()));
  for (const verb of ['cordon', 'uncordon'] as const)
    app.post(`/api/v1/worker/${verb}`, async (c) =>
      c.json(await control[verb](parse(askedBody, await readCommand(c), verb))),
    );
  app.post('/api/v1/worker/drain', async (c) =>
    c.json(await control.drain(parse(drainBody, await readCommand(c), 'drain'))),
  );
  app.post('/api/v1/worker/adopt', async (c) =>
    c.json(await control.adopt(parse(adoptBody, await readCommand(c), 'adopt'))),
  );
  app.post('/api/v1/worker/stop', async (c) =>
    c.json(await control.stop(parse(stopBody, await readCommand(c), 'stop'))),
  );
  app.post('/api/v1/worker/reload', async (c) =>
    c.json(await control.reload(parse(reloadBody, await readCommand(c), 'reload'))),
  );
  app.put('/api/v1/limits/:name', async (c) => {
    const { limit, ...request } = parse(limitBody, await readCommand(c), 'limit');
    return c.json(await control.setLimit(c.req.param('name'), limit, request));
  });
  app.post('/api/v1/breakers/:stage/close', async (c) =>
    c.json(await control.closeBreaker(c.req.param('stage'), parse(askedBody, await readCommand(c), 'close'))),
  );
  const machines = new Map<string, string>();
  app.get('/api/v1/machines/:plan', (c) => {
    const name = c.req.param('plan');
    const text = machines.get(name) ?? machineText(name);
    machines.set(name, text);
    return c.body(text, 200, { 'content-type': 'application/json' });
  });
}

/** A plan's table and the statechart made from it, as JSON. @throws not_found */
function machineText(name: string): string {
  const plan = planNamed(name);
  if (!plan)
    throw new SealvisorError('not_found', `no plan ${name}: there are ${Object.keys(plans).join(', ')}`);
  return JSON.stringify({ plan, definition: sealingThread(plan).definition });
}
