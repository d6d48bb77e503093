/** `/api/v1/jobs`, and the routes that request a job. */

import type { Hono } from 'hono';
import * as z from 'zod';
import type { Manager } from '../../manager/manager.js';
import { doneOnce } from '../../protocol/done-once.js';
import { SealvisorError } from '../../protocol/errors.js';
import { parseSectorId, type SectorId } from '../../protocol/sector.js';
import { parse } from '../parse.js';
import { asked, askedBody } from '../thread-bodies.js';
import { readCommand } from '../who.js';

const path = z.string().min(1).max(4096);
export const snapUpBody = z.strictObject({
  ...asked,
  /** A directory on the manager's machine. */
  pieces: path.startsWith('/', 'an absolute path'),
});
export const unsealBody = z.strictObject({
  ...asked,
  piece: z.string().min(1).max(200).optional(),
  dest: path,
});
export const wdPostBody = z.strictObject({ ...asked, sectors: z.array(z.string()).max(100_000).optional() });

export function jobRoutes(app: Hono, manager: Pick<Manager, 'sectors'>): void {
  const { jobs } = manager.sectors;
  const once = doneOnce();
  const sector = '/api/v1/sectors/:id';
  app.post(`${sector}/snapup`, async (c) => {
    const id = sectorId(c.req.param('id'));
    const body = parse(snapUpBody, await readCommand(c), 'snapup');
    // The caller may disconnect while the pieces are read.
    const add = () => jobs.addSnapUp(id, body, c.req.raw.signal);
    return c.json(await once(body.id, ['snapup', id, body.pieces], add));
  });
  app.post(`${sector}/rebuild`, async (c) => {
    const id = sectorId(c.req.param('id'));
    const body = parse(askedBody, await readCommand(c), 'rebuild');
    return c.json(await once(body.id, ['rebuild', id], () => jobs.addRebuild(id, body)));
  });
  app.post(`${sector}/unseal`, async (c) => {
    const id = sectorId(c.req.param('id'));
    const body = parse(unsealBody, await readCommand(c), 'unseal');
    const command = ['unseal', id, body.piece, body.dest];
    return c.json(await once(body.id, command, () => jobs.addUnseal(id, body)));
  });
  app.post('/api/v1/wdpost', async (c) => {
    const { sectors, ...who } = parse(wdPostBody, await readCommand(c), 'wdpost');
    const add = () => jobs.addWdPost({ ...who, sectors: sectors?.map(sectorId) });
    return c.json(await once(who.id, ['wdpost', sectors], add));
  });
  app.get('/api/v1/jobs', (c) => c.json(jobs.list()));
  app.get('/api/v1/jobs/:id', (c) => c.json(jobs.view(c.req.param('id'))));
  app.post('/api/v1/jobs/:id/cancel', async (c) => {
    const job = c.req.param('id');
    const body = parse(askedBody, await readCommand(c), 'cancel');
    return c.json(await once(body.id, ['cancel', job], () => jobs.cancel(job, body)));
  });
}

/** @throws invalid_request */
export function sectorId(text: string): SectorId {
  const id = parseSectorId(text);
  if (id) return id;
  throw new SealvisorError('invalid_request', `${text} is not a sector id: write it as s-t010000-2`);
}
