import { SealvisorError } from '../protocol/errors.js';
import { shortText } from '../protocol/some-of.js';
import { mostOfMethod } from './answer-size.js';
import { longestText, problemIn, requestJson } from './http-client.js';

let lastId = 0;

/** One JSON-RPC 2.0 call. @throws unreachable, deadline_exceeded, bad_answer, remote_error with what the other side said */
export async function rpcCall(
  url: string,
  method: string,
  params: readonly unknown[],
  options: { readonly headers?: Readonly<Record<string, string>>; readonly timeoutMs: number },
): Promise<unknown> {
  const body = { jsonrpc: '2.0', id: ++lastId, method, params };
  const answer = await requestJson({
    method: 'POST',
    url,
    body,
    mostBytes: mostOfMethod(method),
    ...options,
  });
  const said = typeof answer.body === 'object' && answer.body !== null ? answer.body : {};
  if ('error' in said && typeof said.error === 'object' && said.error !== null) {
    const { code, message } = said.error as { code?: unknown; message?: unknown };
    throw new SealvisorError('remote_error', `${method}: ${shortText(String(message), longestText)}`, {
      data: { rpcCode: code },
    });
  }
  if ('result' in said) return said.result;
  // The field's manager, in Go, leaves a result out when there is none.
  if ('jsonrpc' in said) return null;
  throw (
    problemIn(answer) ??
    new SealvisorError('bad_answer', `${method} got no JSON-RPC answer (HTTP ${answer.status})`, {
      data: { httpStatus: answer.status },
    })
  );
}
