/** JSON-RPC 2.0 for one body, with the library json-rpc-2.0; batches, notifications, the standard codes. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  createJSONRPCErrorResponse,
  isJSONRPCID,
  isJSONRPCRequest,
  JSONRPCErrorCode,
  type JSONRPCID,
  type JSONRPCRequest,
  type JSONRPCResponse,
  JSONRPCServer,
} from 'json-rpc-2.0';
import { errorCodes, messageOf, SealvisorError } from '../protocol/errors.js';
import { type Caller, nobody } from '../protocol/identity.js';
import { fieldsOf } from '../protocol/json-object.js';
import { jsonFault } from '../protocol/nesting.js';
import { shortText } from '../protocol/some-of.js';

export interface RpcMethod {
  /** Parameter names in order, for callers that send an object. */
  readonly names: readonly string[];
  /** `from`: the caller, as far as the transport knows it. */
  call(params: readonly unknown[], from: RpcCaller): unknown;
}

/** What the transport knows of a caller, and what the caller says of itself. */
export interface RpcCaller extends Caller {
  /** The address that the request came from; undefined if there is none, as in a test. */
  readonly address: string | undefined;
  /** Who gives a command: the name it states, else its address. */
  readonly by?: string | undefined;
  /** Adds the reason to an empty answer. Absent if the transport cannot carry it. */
  readonly explain?: ((why: string) => void) | undefined;
}

export interface RpcAnswer {
  readonly status: 200 | 204;
  /** JSON. */
  readonly text?: string;
}

export interface RpcLimits {
  /** Requests in one batch. @default 100 */
  readonly batch?: number;
  /** Characters in the answers of one batch; after that, the rest is refused. @default 4 Mi */
  readonly batchAnswers?: number;
  /** How long one batch may take before the rest is refused, ms. @default 20 s */
  readonly batchMs?: number;
}

/** Longest error message that is sent, characters. */
const longestError = 4096;

export function jsonRpcHandler(
  methods: Readonly<Record<string, RpcMethod>>,
  { batch = 100, batchAnswers = 4 * 1024 * 1024, batchMs = 20_000 }: RpcLimits = {},
): (text: string, from?: RpcCaller) => Promise<RpcAnswer> {
  const server = serverOf(methods);
  const one = async (request: unknown, from: RpcCaller): Promise<JSONRPCResponse | null> => {
    if (!isRequest(request))
      return errorAnswer(null, JSONRPCErrorCode.InvalidRequest, 'this is not a JSON-RPC 2.0 request');
    if (server.hasMethod(request.method)) return server.receive(request, from);
    // The library's own answer does not say which method is unknown.
    const unknown = `method '${shortText(request.method)}' not found`;
    return request.id === undefined
      ? null
      : errorAnswer(request.id, JSONRPCErrorCode.MethodNotFound, unknown);
  };

  /** One after another, yielding to the event loop in between, so that a batch does not block others. */
  const all = async (requests: readonly unknown[], from: RpcCaller): Promise<RpcAnswer> => {
    const until = performance.now() + batchMs;
    const answers: string[] = [];
    let size = 0;
    for (const request of requests) {
      const isOver = size > batchAnswers || performance.now() > until;
      const answer = isOver ? leftOut(request) : await one(request, from);
      await nextTurn();
      if (answer === null) continue;
      const text = JSON.stringify(answer);
      size += text.length;
      answers.push(text);
    }
    return answers.length > 0 ? { status: 200, text: `[${answers.join(',')}]` } : { status: 204 };
  };

  return async (text, from = { address: undefined, ...nobody }) => {
    const fault = jsonFault(text);
    if (fault !== undefined)
      return answered(errorAnswer(null, JSONRPCErrorCode.InvalidRequest, `the body ${fault}`));
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      return answered(errorAnswer(null, JSONRPCErrorCode.ParseError, 'the body is not valid JSON'));
    }
    if (!Array.isArray(message) || message.length === 0) return answered(await one(message, from));
    if (message.length <= batch) return all(message, from);
    const refusal = `a batch of ${message.length} requests: send at most ${batch} at once`;
    return answered(errorAnswer(null, JSONRPCErrorCode.InvalidRequest, refusal));
  };
}

function serverOf(methods: Readonly<Record<string, RpcMethod>>): JSONRPCServer<RpcCaller> {
  const server = new JSONRPCServer<RpcCaller>({ errorListener: () => undefined });
  server.mapErrorToJSONRPCErrorResponse = (id, error: unknown) =>
    error instanceof SealvisorError
      ? errorAnswer(id, errorCodes[error.code].rpc, error.message, { code: error.code, ...error.data })
      : errorAnswer(id, JSONRPCErrorCode.InternalError, messageOf(error));
  for (const [name, method] of Object.entries(methods)) {
    server.addMethod(name, async (params: unknown, from) => {
      if (Array.isArray(params)) return method.call(params, from);
      const named = fieldsOf(params);
      return method.call(
        method.names.map((key) => named[key]),
        from,
      );
    });
  }
  return server;
}

function errorAnswer(id: JSONRPCID, code: number, message: string, data?: unknown) {
  return createJSONRPCErrorResponse(id, code, shortText(message, longestError), data);
}

function answered(answer: JSONRPCResponse | null): RpcAnswer {
  return answer ? { status: 200, text: JSON.stringify(answer) } : { status: 204 };
}

/** The answer to a request that was not carried out, because those before it used up the batch's limits. */
function leftOut(request: unknown): JSONRPCResponse | null {
  if (!isRequest(request))
    return errorAnswer(null, JSONRPCErrorCode.InvalidRequest, 'this is not a JSON-RPC 2.0 request');
  if (request.id === undefined) return null;
  return errorAnswer(
    request.id,
    errorCodes.too_many.rpc,
    'not carried out: the requests before it in this batch took too long, or their answers are too large; send fewer at once',
    { code: 'too_many' },
  );
}

/** The library's own check takes `null` for an object, and accepts any method, id and parameters. */
function isRequest(value: unknown): value is JSONRPCRequest {
  if (typeof value !== 'object' || value === null || !isJSONRPCRequest(value)) return false;
  const { method, id, params }: { method: unknown; id?: unknown; params?: unknown } = value;
  return (
    typeof method === 'string' &&
    (id === undefined || isJSONRPCID(id)) &&
    // Go's clients send null for no parameters.
    (params === undefined || typeof params === 'object')
  );
}
