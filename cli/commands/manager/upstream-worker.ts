/** `venus-worker worker` for an upstream worker (venus-cluster, damocles), which serves `VenusWorker.` alone. */
import { type ThreadRequest, type ThreadVerb, upstreamClient } from '../../../src/fleet/upstream-worker.js';
import { wallClock } from '../../../src/protocol/clock.js';
import { SealvisorError } from '../../../src/protocol/errors.js';

/** What our own worker answers at `path` of its REST, made of what an upstream one tells. @throws invalid_request for what it cannot do */
export async function askUpstream(
  base: string,
  method: string,
  path: string,
  body: unknown,
): Promise<unknown> {
  const { host } = new URL(base);
  const worker = upstreamClient(host, base, wallClock);
  const [plain = ''] = path.split('?');
  const found = /^\/api\/v1\/threads(?:\/(\d+)(?:\/(pause|resume|restart))?)?$/.exec(plain);
  const index = found?.[1] === undefined ? undefined : Number(found[1]);
  // The expression names the verbs.
  const verb = found?.[2] as ThreadVerb | undefined;
  if (found && method === 'GET' && verb === undefined)
    return index === undefined ? worker.threads() : worker.thread(index);
  // Made by this program, a moment ago.
  if (found && method === 'POST' && verb !== undefined && index !== undefined)
    return worker.command(index, verb, (body ?? {}) as ThreadRequest);
  throw new SealvisorError(
    'invalid_request',
    `${host} is an upstream worker: it has no ${method} ${plain}, only the list of its threads, pause and resume`,
  );
}
