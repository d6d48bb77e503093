/** `util worker …` and `sealvisor tree` with an upstream manager: it gives its workers' addresses, and they are called directly. */
import { formatAddress, parseAddress, workerPort } from '../../../src/config/endpoint.js';
import type { JsonRequest } from '../../../src/fleet/http-client.js';
import { upstreamManager } from '../../../src/fleet/upstream-manager.js';
import type { ThreadRequest, ThreadVerb } from '../../../src/fleet/upstream-worker.js';
import { type WorkerClient, workerClient } from '../../../src/fleet/worker-client.js';
import { wallClock } from '../../../src/protocol/clock.js';
import { SealvisorError } from '../../../src/protocol/errors.js';

/**
 * The answer of our manager's REST at `path` (after `/api/v1`), built from an upstream manager's answers.
 * @throws invalid_request for what it does not offer
 */
export async function askUpstreamManager(
  base: string,
  method: JsonRequest['method'],
  path: string,
  body: unknown,
): Promise<unknown> {
  const manager = upstreamManager(base);
  const [plain = ''] = path.split('?');
  if (method === 'GET' && plain === '/workers') return manager.workers();
  const [, named, rest] = /^\/workers\/([^/]+)(\/.+)?$/.exec(plain) ?? [];
  if (named === undefined) {
    // This call shows whether it is an upstream manager at all.
    await manager.workers();
    throw notServed(base, method, plain);
  }
  const name = decodeURIComponent(named).replace(/^(\.+)@$/, '$1');
  if (rest === undefined && method === 'DELETE') return manager.remove(name);
  const { dest, ...entry } = await manager.worker(name);
  if (rest === undefined) return { ...entry, dest };
  const at = `http://${formatAddress(parseAddress(dest, workerPort))}`;
  return askWorker(workerClient(name, at, wallClock), method, rest, body);
}

/** The worker is called at the address in its heartbeat, as upstream's command line does. */
async function askWorker(
  worker: WorkerClient,
  method: JsonRequest['method'],
  path: string,
  body: unknown,
): Promise<unknown> {
  const found = /^\/threads(?:\/(\d+)(?:\/(pause|resume|restart))?)?$/.exec(path);
  const index = Number(found?.[1]);
  const verb = found?.[2];
  if (found?.[1] === undefined) return found ? worker.threads() : worker.pass({ method, path, body });
  if (verb === undefined) return worker.thread(index);
  // The expression lists the verbs, and this program built the body.
  return worker.command(index, verb as ThreadVerb, (body ?? {}) as ThreadRequest);
}

function notServed(base: string, method: string, path: string): SealvisorError {
  return new SealvisorError(
    'invalid_request',
    `${new URL(base).host} is an upstream manager: it has no ${method} ${path}, only its workers (util worker list, info, pause, resume, remove); use upstream's own command line for the rest`,
  );
}
