/** `venus-worker worker` for an upstream worker (venus-cluster, damocles), which serves only `VenusWorker.`. */
import { type ThreadRequest, type ThreadVerb, upstreamClient } from '../../../src/fleet/upstream-worker.js';
import { wallClock } from '../../../src/protocol/clock.js';
import { SealvisorError } from '../../../src/protocol/errors.js';

/**
 * The answer of our worker's REST at `path`, built from an upstream worker's answers.
 * @throws invalid_request for what it cannot do
 */
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
  // The expression lists the verbs.
  const verb = found?.[2] as ThreadVerb | undefined;
  if (found && method === 'GET' && verb === undefined)
    return index === undefined ? worker.threads() : worker.thread(index);
  // This program built the body.
  if (found && method === 'POST' && verb !== undefined && index !== undefined)
    return worker.command(index, verb, (body ?? {}) as ThreadRequest);
  throw new SealvisorError(
    'invalid_request',
    `${host} is an upstream worker: it has no ${method} ${plain}, only the list of its threads, pause and resume`,
  );
}
