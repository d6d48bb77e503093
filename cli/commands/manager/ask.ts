/** How the commands reach the manager. */
import { randomUUID } from 'node:crypto';
import { formatAddress, parseAddress } from '../../../src/config/endpoint.js';
import { managerUrl as parseManagerUrl } from '../../../src/config/manager-url.js';
import { shapedAnswer } from '../../../src/fleet/answer-shape.js';
import {
  expectOk,
  type JsonRequest,
  type JsonResponse,
  requestJson,
} from '../../../src/fleet/http-client.js';
import { isRest, patience } from '../../../src/fleet/worker-client.js';
import { SealvisorError, systemCodeOf } from '../../../src/protocol/errors.js';
import { mayPass } from '../../../src/protocol/passing-status.js';
import { byHeader, commandHeader } from '../../../src/protocol/who.js';
import { tell } from '../../output/say.js';
import { operator } from '../worker/ask.js';

export interface ToManager {
  readonly manager?: string;
}

/** The default manager. */
export const usualManager = 'http://127.0.0.1:1789';
/** `--manager` of a command. */
export const managerOption = [
  '--manager <url>',
  `the manager, as a URL, host:port or multiaddr (default: $SEALVISOR_MANAGER, else ${usualManager})`,
] as const;

/** Added to the timeout, so that a manager that waits for a worker can report the worker's timeout itself. */
const longerMs = 5000;

const managerPort = 1789;

/** A URL (also `ws`, with or without upstream's `/rpc/v0`), a multiaddr, `host` or `host:port`. @throws config_invalid, usage */
export function managerUrl({ manager }: ToManager): string {
  const text = (manager ?? (process.env.SEALVISOR_MANAGER || usualManager)).trim();
  const isBare = /^(\[[^\]]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$/.test(text);
  const url = isBare ? `http://${formatAddress(parseAddress(text, managerPort))}` : text;
  return parseManagerUrl(url).replace(/\/rpc\/v0$/, '');
}

/** Errors of calls to an unreachable manager: a manager reports an unreachable worker with the same code. */
const away = new WeakSet<SealvisorError>();

export function isManagerAway(thrown: SealvisorError): boolean {
  return away.has(thrown);
}

/** Whether no connection was made. After one, a command may have been passed on before it broke: it is not sent another way. */
const wasNeverSent = ({ cause }: SealvisorError) =>
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EAI_FAIL|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN)$/.test(
    systemCodeOf(cause) ?? '',
  );

/** Managers that turned out to be upstream's. */
const upstream = new Set<string>();

/**
 * Calls the manager's REST; its answers have our types: the same program wrote them. A manager without REST is called
 * over upstream's JSON-RPC.
 */
export async function askManager<T>(
  options: ToManager,
  method: JsonRequest['method'],
  path: string,
  body?: unknown,
  timeoutMs = patience(body) + longerMs,
): Promise<T> {
  // Commands without a body carry these as well.
  const headers =
    method === 'GET' ? {} : { [byHeader]: encodeURIComponent(operator()), [commandHeader]: randomUUID() };
  const base = managerUrl(options);
  if (upstream.has(base)) return (await overRpc(base, method, path, body)) as T;
  const response = await requestJson({
    method,
    url: `${base}/api/v1${path}`,
    body,
    headers,
    timeoutMs,
  }).catch((thrown: unknown) => {
    if (
      thrown instanceof SealvisorError &&
      thrown.code === 'unreachable' &&
      (method === 'GET' || wasNeverSent(thrown))
    )
      away.add(thrown);
    throw thrown;
  });
  if (isServed(response)) return shapedAnswer(response, path, expectOk(response)) as T;
  const answer = await overRpc(base, method, path, body).catch((thrown: unknown) => {
    // It speaks neither protocol: its first answer is more useful.
    if (isNoRpc(thrown)) expectOk(response);
    if (!isUnreachable(thrown)) noted(base);
    throw thrown;
  });
  noted(base);
  return answer as T;
}

/** Every answer of our managers is JSON, a refusal with its code; an error of a gateway tells nothing about the manager. */
function isServed(response: JsonResponse): boolean {
  const { status } = response;
  return status === 204 || isRest(response) || (mayPass(status) && !isRpc(response));
}

const isRpc = ({ body }: JsonResponse) => typeof body === 'object' && body !== null && 'jsonrpc' in body;

const isNoRpc = (thrown: unknown) =>
  thrown instanceof SealvisorError && thrown.code === 'bad_answer' && thrown.data?.httpStatus !== undefined;

const isUnreachable = (thrown: unknown) =>
  thrown instanceof SealvisorError && /^(unreachable|deadline_exceeded|bad_answer)$/.test(thrown.code);

function noted(base: string): void {
  if (upstream.has(base)) return;
  upstream.add(base);
  tell(`${new URL(base).host} serves no /api/v1: it is asked as an upstream manager, over JSON-RPC`);
}

/** Loaded on demand: its schemas would slow down every command. */
async function overRpc(base: string, method: JsonRequest['method'], path: string, body: unknown) {
  const { askUpstreamManager } = await import('./upstream-manager.js');
  return askUpstreamManager(base, method, path, body);
}
