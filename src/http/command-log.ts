/** Emits the commands that operators gave the manager over REST, and who gave them. */
import type { Hono } from 'hono';
import { SealvisorError } from '../protocol/errors.js';
import type { Emit } from '../protocol/events/table.js';
import { bodyOf } from './body.js';

/** Call it before the routes are added: each request that may change something is emitted when it has been answered. */
export function logCommands(app: Hono, emit: Emit): void {
  app.use('/api/v1/*', async (c, next) => {
    await next();
    const { method } = c.req;
    if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return;
    const command = commandText(method, new URL(c.req.url).pathname);
    const done = { command, ...askedIn(bodyOf(c)) };
    const { status } = c.res;
    if (status < 400) emit({ event: 'command.done', ...done });
    else emit({ event: 'command.refused', ...done, status, code: codeOf(c.error) });
  });
}

/** `pause of thread #0 of worker w1`; an unknown path is shown as it is. */
function commandText(method: string, path: string): string {
  const [kind, name = '', ...rest] = path.split('/').slice(3).map(decoded);
  const [part, index, verb] = rest;
  if (kind === 'workers' && part === undefined) return `worker ${name}: ${method}`;
  if (kind === 'workers' && part === 'threads' && verb !== undefined)
    return `${verb} of thread #${index} of worker ${name}`;
  if (kind === 'workers') return `${method} ${rest.join('/')} of worker ${name}`;
  if ((kind === 'sectors' || kind === 'jobs') && part !== undefined) return `${part} of ${name}`;
  return `${method} ${path}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function askedIn(body: unknown): { readonly by?: string; readonly reason?: string } {
  const found = typeof body === 'object' && body !== null ? body : {};
  return {
    ...('by' in found && typeof found.by === 'string' && found.by !== '' ? { by: found.by } : {}),
    ...('reason' in found && typeof found.reason === 'string' && found.reason !== ''
      ? { reason: found.reason }
      : {}),
  };
}

function codeOf(error: Error | undefined): string | undefined {
  return error instanceof SealvisorError ? error.code : undefined;
}
