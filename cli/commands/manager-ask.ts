/** How the commands reach the manager. */
import { formatAddress, parseAddress } from '../../src/config/endpoint.js';
import { managerUrl as parseManagerUrl } from '../../src/config/manager-url.js';
import { shapedAnswer } from '../../src/fleet/answer-shape.js';
import { expectOk, type JsonRequest, requestJson } from '../../src/fleet/http-client.js';
import { patience } from '../../src/fleet/worker-client.js';
import { byHeader } from '../../src/protocol/who.js';
import { operator } from './worker-ask.js';

export interface ToManager {
  readonly manager?: string;
}

/** The manager that is asked when none is named. */
export const usualManager = 'http://127.0.0.1:1789';
/** `--manager` of a command. */
export const managerOption = [
  '--manager <url>',
  `the manager, as a URL, host:port or multiaddr (default: $SEALVISOR_MANAGER, else ${usualManager})`,
] as const;

/** A manager that waits for a worker says so itself, before this is over. */
const longerMs = 5000;

const managerPort = 1789;

/** A URL (`ws` too, with or without upstream's `/rpc/v0`), a multiaddr, `host` or `host:port`. @throws config_invalid */
export function managerUrl({ manager }: ToManager): string {
  const text = (manager ?? (process.env.SEALVISOR_MANAGER || usualManager)).trim();
  const isBare = /^(\[[^\]]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$/.test(text);
  const url = isBare ? `http://${formatAddress(parseAddress(text, managerPort))}` : text;
  return parseManagerUrl(url).replace(/\/rpc\/v0$/, '');
}

/** Calls the manager's REST; what it answers is typed by the same program on the other side. */
export async function askManager<T>(
  options: ToManager,
  method: JsonRequest['method'],
  path: string,
  body?: unknown,
  timeoutMs = patience(body) + longerMs,
): Promise<T> {
  // What has no body says so, too.
  const headers = method === 'GET' ? {} : { [byHeader]: encodeURIComponent(operator()) };
  const url = `${managerUrl(options)}/api/v1${path}`;
  const response = await requestJson({ method, url, body, headers, timeoutMs });
  return shapedAnswer(response, path, expectOk(response)) as T;
}
