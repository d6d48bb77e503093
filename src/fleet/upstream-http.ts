/**
 * Forwards a request to another server unchanged: its bytes, its end-to-end headers, one try, and no deadline except the
 * caller's. The proxy helper of hono is not used: it uses fetch, which decompresses answers, adds its own headers,
 * follows redirects and times out after 300 s.
 */
import { randomUUID } from 'node:crypto';
import * as http from 'node:http';
import * as https from 'node:https';
import { messageOf, SealvisorError, systemCodeOf } from '../protocol/errors.js';
import { endToEndHeaders, type HeaderPair } from './end-to-end-headers.js';
import { faultOf, isNotHttp, refuseUpgrade } from './http-client.js';

export interface PassedOn {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** In the form of node's `rawHeaders`. */
  readonly headers: readonly string[];
  /** Undefined if it has none. */
  readonly body?: Uint8Array | undefined;
  /** Aborts the request: its answer is not needed any more. */
  readonly signal?: AbortSignal | undefined;
}

export interface PassedAnswer {
  readonly status: number;
  readonly headers: readonly HeaderPair[];
  /** Its bytes as received; the caller must read or destroy it. */
  readonly body: http.IncomingMessage;
}

export interface UpstreamHttp {
  /** Without a trailing slash. */
  readonly url: string;
  /**
   * Resolves when the answer begins.
   * @throws unreachable, shutting_down; config_invalid for a request that already passed here (a loop)
   */
  pass(request: PassedOn): Promise<PassedAnswer>;
  /** Ends all connections; calls in progress reject with `shutting_down`. */
  close(): void;
}

/** The other side may close an idle connection at any time; one that was idle for longer is not reused, ms. */
const idleMs = 4000;
const probeMs = 30_000;
/** Headers that are written anew for the next server; `expect` is dropped. */
const replaced = new Set(['host', 'content-length', 'expect', 'via']);

export function upstreamHttp(url: string): UpstreamHttp {
  const base = new URL(url);
  const { request, Agent } = base.protocol === 'https:' ? https : http;
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 64, timeout: idleMs });
  const prefix = base.pathname.replace(/\/$/, '');
  const us = `sealvisor-${randomUUID().slice(0, 8)}`;
  let isClosed = false;
  const pass = ({ method, path, headers, body, signal }: PassedOn) =>
    new Promise<PassedAnswer>((resolve, reject) => {
      const via = headerOf(headers, 'via');
      if (via.includes(us)) return reject(loop(url));
      const sent = [
        ...endToEndHeaders(headers, replaced).flat(),
        ...['Host', base.host, 'Via', via === '' ? `1.1 ${us}` : `${via}, 1.1 ${us}`],
        ...(body === undefined ? [] : ['Content-Length', String(body.length)]),
      ];
      let isSent = false;
      const call = request(
        // IPv6 addresses have no brackets here; null is the protocol's default port.
        {
          hostname: base.hostname.replace(/^\[|\]$/g, ''),
          port: base.port === '' ? null : base.port,
          ...{ agent, method, path: prefix + path, headers: sent, setHost: false },
          ...(signal ? { signal } : {}),
        },
        (answer) =>
          resolve({
            status: answer.statusCode ?? 502,
            headers: endToEndHeaders(answer.rawHeaders, new Set()),
            body: answer,
          }),
      );
      call.once('socket', (socket) => socket.setKeepAlive(true, probeMs));
      call.once('finish', () => {
        isSent = true;
      });
      refuseUpgrade(call, (cause) => reject(unanswered(base, cause)));
      call.on('error', (cause) =>
        reject(isClosed ? closed(url) : isSent ? unanswered(base, cause) : faultOf(cause, base)),
      );
      call.end(body);
    });
  return {
    url,
    pass,
    close: () => {
      isClosed = true;
      agent.destroy();
    },
  };
}

function headerOf(raw: readonly string[], wanted: string): string {
  return endToEndHeaders(raw, new Set())
    .filter(([name]) => name.toLowerCase() === wanted)
    .map(([, value]) => value)
    .join(', ');
}

/** The server has the request and may have done it: only the caller can decide whether to retry. */
export function unanswered({ host }: URL, cause: unknown): SealvisorError {
  const why = systemCodeOf(cause) ?? (messageOf(cause) || 'it broke off');
  return new SealvisorError(
    'unreachable',
    isNotHttp(why)
      ? `${host} was sent the request and answered what is not an HTTP answer (${why}): check that this is the manager's address and port, and whether it is https`
      : `${host} was sent the request and did not answer (${why}): it may have done what was asked; see that it runs, then ask again`,
    { cause },
  );
}

function closed(url: string): SealvisorError {
  return new SealvisorError('shutting_down', `the manager in front of ${url} is stopping`);
}

function loop(url: string): SealvisorError {
  return new SealvisorError(
    'config_invalid',
    `--upstream ${url} leads back to this manager: name the manager behind it`,
  );
}
