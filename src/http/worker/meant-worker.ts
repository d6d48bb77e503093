/** A worker refuses requests that were meant for another one, which may have had its address before. */
import type { Hono } from 'hono';
import { SealvisorError } from '../../protocol/errors.js';
import { identityHeaders } from '../../protocol/identity.js';

/** Refuses requests that name another worker, by name or id; one that names none passes. */
export function refuseForOthers(
  app: Hono,
  self: { readonly name: string; readonly id: string | undefined },
): void {
  app.use('*', async (c, next) => {
    const [to, id] = [c.req.header(identityHeaders.to), c.req.header(identityHeaders.toId)];
    const isOther =
      (to !== undefined && to !== encodeURIComponent(self.name)) ||
      (id !== undefined && self.id !== undefined && id !== self.id);
    if (isOther)
      throw new SealvisorError(
        'wrong_worker',
        `this is worker ${self.name}, and ${shown(to)} was meant: it is no longer at this address; see where it is (util worker list)`,
        { data: { worker: self.name } },
      );
    await next();
  });
}

function shown(to: string | undefined): string {
  if (to === undefined) return 'another one';
  try {
    return `worker ${decodeURIComponent(to)}`;
  } catch {
    return `worker ${to}`;
  }
}
