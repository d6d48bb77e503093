/** JSON-RPC 2.0 over one POST, by the library json-rpc-2.0 (batches, notifications, the standard codes). */
import {
  createJSONRPCErrorResponse,
  isJSONRPCID,
  isJSONRPCRequest,
  JSONRPCErrorCode,
  type JSONRPCRequest,
  type JSONRPCResponse,
  JSONRPCServer,
} from 'json-rpc-2.0';
import { errorCodes, messageOf, SealvisorError } from '../protocol/errors.js';

export interface RpcMethod {
  /** Parameter names in their positions, for callers that send an object. */
  readonly names: readonly string[];
  call(params: readonly unknown[]): unknown;
}

export interface RpcAnswer {
  readonly status: 200 | 204;
  readonly body?: JSONRPCResponse | readonly JSONRPCResponse[];
}

export function jsonRpcHandler(
  methods: Readonly<Record<string, RpcMethod>>,
): (text: string) => Promise<RpcAnswer> {
  const server = new JSONRPCServer({ errorListener: () => undefined });
  server.mapErrorToJSONRPCErrorResponse = (id, error: unknown) =>
    error instanceof SealvisorError
      ? createJSONRPCErrorResponse(id, errorCodes[error.code].rpc, error.message, {
          code: error.code,
          ...error.data,
        })
      : createJSONRPCErrorResponse(id, JSONRPCErrorCode.InternalError, messageOf(error));
  for (const [name, method] of Object.entries(methods)) {
    server.addMethod(name, (params: unknown) => {
      if (Array.isArray(params)) return method.call(params) as PromiseLike<unknown>;
      const named = (params ?? {}) as Record<string, unknown>;
      return method.call(method.names.map((key) => named[key])) as PromiseLike<unknown>;
    });
  }
  const one = async (request: unknown): Promise<JSONRPCResponse | null> =>
    isRequest(request)
      ? server.receive(request)
      : createJSONRPCErrorResponse(null, JSONRPCErrorCode.InvalidRequest, 'this is no JSON-RPC 2.0 request');

  return async (text) => {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      return {
        status: 200,
        body: createJSONRPCErrorResponse(null, JSONRPCErrorCode.ParseError, 'the body is no JSON'),
      };
    }
    if (!Array.isArray(message) || message.length === 0) {
      const answer = await one(message);
      return answer ? { status: 200, body: answer } : { status: 204 };
    }
    const answers = (await Promise.all(message.map(one))).filter((answer) => answer !== null);
    return answers.length > 0 ? { status: 200, body: answers } : { status: 204 };
  };
}

/** The library's own check reads `null` as an object, and takes any method, id and parameters. */
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
