/** Reads an answer that was passed on, after it was sent, and never changes it. */
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { HeaderPair } from '../../fleet/end-to-end-headers.js';
import { problemIn } from '../../fleet/http-client.js';
import { shortText } from '../../protocol/some-of.js';
import { answerIn, type RpcAnswer, valueIn } from './calls.js';

export type Looked =
  | { readonly kind: 'rpc'; readonly answer: RpcAnswer }
  /** No manager of any kind answers like this. */
  | { readonly kind: 'foreign'; readonly fault: string }
  /** It cannot be determined what it is. */
  | { readonly kind: 'unknown' };

export interface WholeAnswer {
  readonly status: number;
  readonly headers: readonly HeaderPair[];
  readonly bytes: Buffer;
}

const mostUnpacked = 4 * 1024 * 1024;

/** Reads the answer to a call that has one JSON-RPC answer; `host` sent it. */
export function lookedAt({ status, headers, bytes }: WholeAnswer, host: string): Looked {
  const plain = unpacked(bytes, headerIn(headers, 'content-encoding'));
  if (plain === undefined) return { kind: 'unknown' };
  const answer = answerIn(plain);
  if (answer) return { kind: 'rpc', answer };
  // A refusal for a token or a limit may come from a proxy, in any form.
  const isRefusal = status >= 400 && status < 500 && status !== 404 && status !== 405;
  if (isRefusal) return { kind: 'unknown' };
  return { kind: 'foreign', fault: foreign(host, status, headers, plain) };
}

function foreign(host: string, status: number, headers: readonly HeaderPair[], plain: Buffer): string {
  const problem = problemIn({ status, body: valueIn(plain) });
  if (problem) return `${host} answered HTTP ${status}: ${shortText(problem.message, 500)}`;
  const type = plain.length === 0 ? 'an empty body' : headerIn(headers, 'content-type') || 'no content type';
  return `${host} answered HTTP ${status} (${shortText(type, 100)}) and not JSON-RPC: check that --upstream is the address of a manager, and that no proxy answers in its place`;
}

export function headerIn(headers: readonly HeaderPair[], wanted: string): string | null {
  return headers.find(([name]) => name.toLowerCase() === wanted)?.[1] || null;
}

function unpacked(bytes: Buffer, encoding: string | null): Buffer | undefined {
  const limit = { maxOutputLength: mostUnpacked };
  try {
    switch (encoding?.trim().toLowerCase() ?? 'identity') {
      case 'identity':
        return bytes;
      case 'gzip':
      case 'x-gzip':
        return gunzipSync(bytes, limit);
      case 'deflate':
        return inflateSync(bytes, limit);
      case 'br':
        return brotliDecompressSync(bytes, limit);
      default:
        return undefined;
    }
  } catch {
    // Damaged or too large: the caller has the original bytes.
    return undefined;
  }
}
