import { SealvisorError } from '../protocol/errors.js';
import { identityHeaders } from '../protocol/identity.js';
import { fieldsOf, isObject } from '../protocol/json-object.js';
import { mayPass } from '../protocol/passing-status.js';
import { shortText } from '../protocol/some-of.js';
import { mostOfMethod } from './answer-size.js';
import {
  isTokenRefused,
  type JsonResponse,
  longestText,
  problemIn,
  requestJson,
  tokenRefused,
} from './http-client.js';

let lastId = 0;

export interface RpcOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Gets the id that the manager sends with its answer; null if it sends none. Called before the call settles. */
  readonly onManager?: ((manager: string | null) => void) | undefined;
  /** Gets the reason for an empty answer, if the manager sends one. Called before the call settles. */
  readonly onWhyNone?: ((why: string) => void) | undefined;
}

/** Refusal codes of our own daemons that the caller handles; all others become `remote_error`. */
const kept = ['not_your_sector', 'other_manager'] as const;

/**
 * One JSON-RPC 2.0 call.
 * @throws unreachable, deadline_exceeded, bad_answer, not_your_sector, other_manager, remote_error with the other
 * side's message
 */
export async function rpcCall(
  url: string,
  method: string,
  params: readonly unknown[],
  { onManager, onWhyNone, ...options }: RpcOptions,
): Promise<unknown> {
  const body = { jsonrpc: '2.0', id: ++lastId, method, params };
  const answer = await requestJson({
    method: 'POST',
    url,
    body,
    mostBytes: mostOfMethod(method),
    ...options,
  });
  const manager = answer.headers?.[identityHeaders.manager];
  onManager?.(typeof manager === 'string' && manager !== '' ? manager : null);
  const why = answer.headers?.[identityHeaders.whyNone];
  if (typeof why === 'string' && why !== '') onWhyNone?.(shortText(decoded(why), longestText));
  const said = fieldsOf(answer.body);
  if (isObject(said.error)) {
    const { code, message, data } = said.error;
    const named = fieldsOf(data).code;
    // A reason that ends in a colon lacks what it announces.
    const words = typeof message === 'string' ? shortText(message, longestText).replace(/[\s:]+$/, '') : '';
    const text = words === '' ? `${new URL(url).host} refuses it and gives no reason` : words;
    const ours = kept.find((each) => each === named);
    throw new SealvisorError(ours ?? 'remote_error', ours ? text : `${method}: ${text}`, {
      data: {
        ...(typeof code === 'number' ? { rpcCode: code } : {}),
        ...(typeof named === 'string' ? { code: named } : {}),
      },
    });
  }
  if ('result' in said) return said.result;
  // Upstream's manager, in Go, omits an empty result.
  if ('jsonrpc' in said) return null;
  if (mayPass(answer.status)) throw busy(method, url, answer);
  throw (
    problemIn(answer) ??
    new SealvisorError(
      'bad_answer',
      isTokenRefused(answer.status)
        ? `${method}: ${tokenRefused(new URL(url).host, answer.status)}`
        : `${method} got no JSON-RPC answer from ${new URL(url).host} (HTTP ${answer.status}): check that this is its address`,
      {
        data: { httpStatus: answer.status },
      },
    )
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Not an answer of the daemon itself: a gateway in front of it, or overload. Retried like an unreachable one. */
function busy(method: string, url: string, answer: JsonResponse): SealvisorError {
  const detail = problemIn(answer)?.message;
  const said = `HTTP ${answer.status}${detail === undefined ? '' : `, ${detail}`}`;
  return new SealvisorError('unreachable', `${method}: ${new URL(url).host} cannot answer now (${said})`, {
    data: { httpStatus: answer.status },
  });
}
