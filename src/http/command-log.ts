/** What operators asked of the manager over REST, and who, as lines of its log. */
import type { Hono } from 'hono';
import type { Log } from '../protocol/log.js';
import { bodyOf } from './body.js';

/** Before the routes: each request that may change something is a line when it is answered. */
export function logCommands(app: Hono, log: Pick<Log, 'info' | 'warn'>): void {
  app.use('/api/v1/*', async (c, next) => {
    await next();
    const { method } = c.req;
    if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return;
    const { by, reason } = askedIn(bodyOf(c));
    const what = commandText(method, new URL(c.req.url).pathname);
    const who = `${by === '' ? '' : ` by ${by}`}${reason === '' ? '' : `: ${reason}`}`;
    if (c.res.status < 400) log.info(`${what}${who}`);
    else log.warn(`${what}${who} was refused (HTTP ${c.res.status})`);
  });
}

/** `pause of thread #0 of worker w1`; what is not known here is shown as it was asked. */
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

function askedIn(body: unknown): { readonly by: string; readonly reason: string } {
  const found = typeof body === 'object' && body !== null ? body : {};
  const by = 'by' in found && typeof found.by === 'string' ? found.by : '';
  const reason = 'reason' in found && typeof found.reason === 'string' ? found.reason : '';
  return { by, reason };
}
