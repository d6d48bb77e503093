/** `/api/v1/sectors`: what the manager knows of each, and the abort of one. */

import type { Hono } from 'hono';
import type { Manager } from '../../manager/manager.js';
import { doneOnce } from '../../protocol/done-once.js';
import { SealvisorError } from '../../protocol/errors.js';
import { parse } from '../parse.js';
import { askedBody } from '../thread-bodies.js';
import { readCommand } from '../who.js';
import { sectorId } from './jobs.js';

export function sectorRoutes(app: Hono, manager: Pick<Manager, 'sectors'>): void {
  const { sectors } = manager;
  const once = doneOnce();
  app.get('/api/v1/sectors', (c) => c.json(sectors.list()));
  app.get('/api/v1/sectors/:id', (c) => c.json(sectors.view(sectorId(c.req.param('id')))));
  app.get('/api/v1/sectors/:id/history', (c) => {
    const { id } = sectors.view(sectorId(c.req.param('id')));
    throw new SealvisorError(
      'not_found',
      `the history of ${id} is with its worker: \`venus-worker worker history <thread> --sector ${id}\`; only a manager in front of another one (--upstream) keeps what it saw`,
    );
  });
  app.post('/api/v1/sectors/:id/abort', async (c) => {
    const id = sectorId(c.req.param('id'));
    const body = parse(askedBody, await readCommand(c), 'abort');
    return c.json(await once(body.id, ['abort', id], () => sectors.abort(id, body)));
  });
}
