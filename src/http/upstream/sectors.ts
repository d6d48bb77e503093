/** `/api/v1/sectors` of a manager in front of another one: what was seen of each. Commands are refused. */
import type { Hono } from 'hono';
import * as z from 'zod';
import type { Front } from '../../manager/upstream/front.js';
import { SealvisorError } from '../../protocol/errors.js';
import { sectorId } from '../manager/jobs.js';
import { parse } from '../parse.js';

const usualSteps = 1000;
export const seenHistoryQuery = z.object({
  limit: z.coerce.number().int().min(1).max(10_000).default(usualSteps),
});

/** Commands that are refused here, and upstream's command for each. */
const instead = {
  snapup: 'damocles-manager util sealer snap fetch',
  rebuild: 'damocles-manager util sealer sectors rebuild',
  unseal: 'damocles-manager util sealer sectors unseal',
} as const;

export function seenSectorRoutes(app: Hono, front: Front): void {
  const base = '/api/v1/sectors';
  app.get(base, (c) => c.json(front.sightings.list()));
  app.get(`${base}/:id`, (c) => c.json(front.sightings.view(sectorId(c.req.param('id')))));
  app.get(`${base}/:id/history`, (c) => {
    const { limit } = parse(seenHistoryQuery, c.req.query(), 'history');
    return c.json(front.sightings.history(sectorId(c.req.param('id')), limit));
  });
  const { url } = front.upstream;
  app.post(`${base}/:id/abort`, (c) => {
    const { id, worker } = front.sightings.view(sectorId(c.req.param('id')));
    // Damocles has no other way either, as its own command says.
    const thread = `${worker?.name ?? '<worker>'} <thread> Aborted`;
    throw new SealvisorError(
      'upstream_decides',
      `abort of a sector: ${url} has given ${id} out and decides about it; have its worker abort it, which that manager is told of: \`venus-sector-manager util worker resume ${thread}\` (\`util worker info ${worker?.name ?? '<worker>'}\` shows which thread it is)`,
    );
  });
  for (const [verb, command] of Object.entries(instead))
    app.post(`${base}/:id/${verb}`, () => {
      throw decides(url, `${verb} of a sector`, command);
    });
  app.all('/api/v1/jobs/*', () => {
    throw decides(url, 'jobs', 'damocles-manager util sealer');
  });
  app.post('/api/v1/wdpost', () => {
    throw decides(url, 'wdpost', 'damocles-manager util sealer proving');
  });
}

function decides(url: string, what: string, command: string): SealvisorError {
  return new SealvisorError(
    'upstream_decides',
    `${what}: this manager passes jobs on to ${url} and decides nothing about them; ask that manager with its own command line, for example \`${command}\` (venus-sector-manager where it is venus-cluster's, \`venus-sector-manager util sealer --manager ${url}\` where it is one of ours)`,
  );
}
