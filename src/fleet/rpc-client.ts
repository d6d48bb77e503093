import { SealvisorError } from '../protocol/errors.js';
import { requestJson } from './http-client.js';

let lastId = 0;

/** One JSON-RPC 2.0 call. @throws unreachable, deadline_exceeded, bad_answer, remote_error with what the other side said */
export async function rpcCall(
  url: string,
  method: string,
  params: readonly unknown[],
  options: { readonly headers?: Readonly<Record<string, string>>; readonly timeoutMs: number },
): Promise<unknown> {
  const body = { jsonrpc: '2.0', id: ++lastId, method, params };
  const answer = await requestJson({ method: 'POST', url, body, ...options });
  if (typeof answer.body !== 'object' || answer.body === null)
    throw new SealvisorError('bad_answer', `${method} got no JSON-RPC answer (HTTP ${answer.status})`);
  if ('error' in answer.body && answer.body.error) {
    const { message } = answer.body.error as { message?: unknown };
    throw new SealvisorError('remote_error', `${method}: ${String(message)}`);
  }
  if ('result' in answer.body) return answer.body.result;
  throw new SealvisorError('bad_answer', `${method} got an answer without a result`);
}
