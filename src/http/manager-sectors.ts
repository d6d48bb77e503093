/** `/api/v1/sectors`: what the manager knows of each, and the way to give one up. */
import type { Hono } from 'hono';
import type { Manager } from '../manager/manager.js';
import { SealvisorError } from '../protocol/errors.js';
import { parseSectorId, type SectorId } from '../protocol/sector.js';
import { readBody } from './body.js';
import { parse } from './parse.js';
import { askedBody } from './thread-bodies.js';

export function sectorRoutes(app: Hono, manager: Pick<Manager, 'sectors'>): void {
  const { sectors } = manager;
  app.get('/api/v1/sectors', (c) => c.json(sectors.list()));
  app.get('/api/v1/sectors/:id', (c) => c.json(sectors.view(sectorId(c.req.param('id')))));
  app.post('/api/v1/sectors/:id/abort', async (c) => {
    const id = sectorId(c.req.param('id'));
    return c.json(sectors.abort(id, parse(askedBody, await readBody(c), 'abort')));
  });
}

function sectorId(text: string): SectorId {
  const id = parseSectorId(text);
  if (id) return id;
  throw new SealvisorError('invalid_request', `${text} is no sector: write it as s-t010000-2`);
}
