/** A manager in front of a server that keeps what came, byte for byte, and answers as it is told. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { startUpstreamServer } from '#src/http/upstream/server.js';
import type { FrontOptions } from '#src/manager/upstream/front.js';
import { freshDir } from '../manager/setup.js';
import { toldEvents } from '../protocol/told-events.js';

export interface Came {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

export interface Behind {
  readonly url: string;
  readonly port: number;
  /** What came, in its order. */
  readonly came: Came[];
  /** How it answers; may be replaced at any time. */
  answer: (came: Came, response: ServerResponse, request: IncomingMessage) => void;
  stop(): Promise<void>;
}

/** Far over what is needed on an idle machine. */
export const soon = { timeout: 20_000, interval: 20 };

const asJson = { 'content-type': 'application/json' };

export async function behind(port = 0): Promise<Behind> {
  const came: Came[] = [];
  const server = createServer(async (message, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers, rawHeaders } = message;
    const one = { method, url, headers, rawHeaders, body: Buffer.concat(chunks) };
    came.push(one);
    self.answer(one, response, message);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  onTestFinished(stop);
  // A TCP server that listens has an AddressInfo.
  const at = (server.address() as AddressInfo).port;
  const self: Behind = {
    ...{ url: `http://127.0.0.1:${at}`, port: at, came, stop },
    answer: (_, response) => response.writeHead(200, asJson).end('{"jsonrpc":"2.0","id":1,"result":null}'),
  };
  return self;
}

export async function front(upstream: string, home = freshDir(), more: Partial<FrontOptions> = {}) {
  const { emit, lines } = toldEvents();
  const server = await startUpstreamServer({ upstream, home, host: '127.0.0.1', port: 0, emit, ...more });
  onTestFinished(() => server.stop());
  return { ...server, home, lines, url: `http://127.0.0.1:${server.port}` };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
  readonly bytes: Buffer;
}

export interface Sending {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
}

/** One request over a connection of its own, and the bytes that come back. */
export function send(
  url: string,
  { method = 'POST', path = '/rpc/v0', headers = {}, body, signal }: Sending = {},
) {
  return new Promise<Answer>((resolve, reject) => {
    const sent = body === undefined ? headers : { ...asJson, ...headers };
    const call = request(
      `${url}${path}`,
      { method, headers: sent, agent: false, ...(signal ? { signal } : {}) },
      async (answer) => {
        const chunks: Buffer[] = [];
        try {
          for await (const chunk of answer) chunks.push(chunk as Buffer);
        } catch (error) {
          return reject(error);
        }
        const { statusCode: status = 0, headers: got, rawHeaders } = answer;
        resolve({ status, headers: got, rawHeaders, bytes: Buffer.concat(chunks) });
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

export const rpcBody = (method: string, params: readonly unknown[] = [], id: unknown = 1) =>
  JSON.stringify({ jsonrpc: '2.0', id, method: `Venus.${method}`, params });

export const pingBody = (name: string, more: object = {}) =>
  rpcBody('WorkerPing', [
    {
      Name: name,
      Dest: '127.0.0.1:27890',
      Version: '0.1.0',
      ...more,
      Summary: { Threads: 2, Empty: 1, Paused: 1, Running: 0, Waiting: 0, Errors: 0 },
    },
  ]);

export const jsonOf = ({ bytes }: Answer) => JSON.parse(bytes.toString()) as Record<string, unknown>;
