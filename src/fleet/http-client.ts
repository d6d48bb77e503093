/** A small JSON client over node:http, loaded when it is used: fetch alone would cost a command line half of its start. */
import type { IncomingMessage } from 'node:http';
import { type ErrorCode, errorCodes, messageOf, SealvisorError, systemCodeOf } from '../protocol/errors.js';

export interface JsonRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** `body` is undefined when the answer is no JSON. */
export interface JsonResponse {
  readonly status: number;
  readonly body: unknown;
}

const largestAnswer = 64 * 1024 * 1024;

/** @throws unreachable, deadline_exceeded, bad_answer */
export async function requestJson(options: JsonRequest): Promise<JsonResponse> {
  const url = new URL(options.url);
  const secure = url.protocol === 'https:';
  const { request } = secure ? await import('node:https') : await import('node:http');
  const payload = options.body === undefined ? undefined : JSON.stringify(options.body);
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      {
        method: options.method,
        headers: {
          accept: 'application/json',
          ...(payload === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
          ...options.headers,
        },
      },
      (response) =>
        readJson(response)
          .then(resolve, (cause: unknown) => reject(faultOf(cause, url)))
          .finally(() => clearTimeout(deadline)),
    );
    const deadline = setTimeout(() => call.destroy(lateBy(url, options.timeoutMs)), options.timeoutMs);
    call.on('error', (cause) => {
      clearTimeout(deadline);
      reject(faultOf(cause, url));
    });
    call.end(payload);
  });
}

async function readJson(response: IncomingMessage): Promise<JsonResponse> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestAnswer) throw new SealvisorError('bad_answer', 'the answer is larger than 64 MiB');
    chunks.push(chunk);
  }
  return { status: response.statusCode ?? 0, body: parsed(Buffer.concat(chunks).toString()) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function lateBy(url: URL, timeoutMs: number): SealvisorError {
  return new SealvisorError('deadline_exceeded', `${url.host} did not answer within ${timeoutMs} ms`);
}

function faultOf(cause: unknown, url: URL): SealvisorError {
  if (cause instanceof SealvisorError) return cause;
  const why = systemCodeOf(cause) ?? messageOf(cause);
  return new SealvisorError(
    'unreachable',
    `cannot reach ${url.host} (${why}): check that it runs and listens there`,
    { cause },
  );
}

/** The answer's body, or the problem it tells as an error of ours. @throws what the other side said, else bad_answer */
export function expectOk({ status, body }: JsonResponse): unknown {
  if (status >= 200 && status < 300) return body;
  if (typeof body === 'object' && body !== null && 'code' in body && 'detail' in body) {
    const {
      code,
      detail,
      type: _type,
      title: _title,
      status: _status,
      ...data
    } = body as Record<string, unknown>;
    // The table was just asked: the code is one of ours.
    if (typeof code === 'string' && code in errorCodes)
      throw new SealvisorError(code as ErrorCode, String(detail), { data });
  }
  throw new SealvisorError('bad_answer', `the other side answered ${status}`);
}
