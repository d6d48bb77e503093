/**
 * A manager shaped as upstream's: it knows the methods and numbers of parameters that were recorded of its version, answers
 * in recorded objects and refuses in recorded words. What a real one could not read is noted as a fault.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { methodsOf, paramsOf, requestFault, type Version } from '../recorded.js';
import type { Answer, Desk, Offers, SectorLife, WdPostEnd } from './desk.js';
import { jobMethods } from './jobs.js';
import { sealerMethods } from './sealer.js';

export interface UpstreamCall {
  /** Without `Venus.`. */
  readonly method: string;
  readonly params: readonly unknown[];
  readonly answer: Answer;
}

export interface UpstreamManager {
  readonly url: string;
  /** host:port. */
  readonly at: string;
  /** What was said, in order. */
  readonly calls: readonly UpstreamCall[];
  /** What a real one of this version could not have read. */
  readonly faults: readonly string[];
  readonly sectors: ReadonlyMap<number, SectorLife>;
  /** By job; null while it is worked on. */
  readonly wdPosts: ReadonlyMap<string, WdPostEnd | null>;
  /** Given to the next that ask, in order. */
  readonly offers: Offers;
  /** Before the test ends; safe twice. */
  close(): void;
}

export interface UpstreamManagerOptions {
  readonly version: Version;
  /** The store that this manager and its workers share. */
  readonly store: { readonly name: string; readonly dir: string };
  readonly offers?: Partial<Offers>;
  /** Another result than it would have given; `nth` counts this method's calls from 0. */
  readonly change?: (method: string, nth: number, result: unknown) => unknown;
}

export async function upstreamManager(options: UpstreamManagerOptions): Promise<UpstreamManager> {
  const { version, change = (_method, _nth, result) => result } = options;
  const offers: Offers = {
    sectors: [],
    snapUps: [],
    rebuilds: [],
    unseals: [],
    wdPosts: [],
    ...options.offers,
  };
  const sectors = new Map<number, SectorLife>();
  const wdPosts: Desk['wdPosts'] = new Map();
  const desk: Desk = { version, store: options.store, offers, sectors, wdPosts };
  const methods = { ...sealerMethods(desk), ...jobMethods(desk) };
  const known = methodsOf(version);
  const calls: UpstreamCall[] = [];
  const faults: string[] = [];
  const counts = new Map<string, number>();

  const answerOf = (method: string, params: readonly unknown[]): Answer => {
    const call = methods[method];
    if (!known.has(method) || !call) return refused(-32601, `method 'Venus.${method}' not found`);
    const wanted = paramsOf(version, method);
    if (params.length !== wanted)
      return refused(-32602, `wrong param count (method 'Venus.${method}'): ${params.length} != ${wanted}`);
    const fault = requestFault(version, method, params);
    if (fault !== undefined) {
      faults.push(fault);
      return refused(-32700, `unmarshaling params for 'Venus.${method}': ${fault}`);
    }
    const answer = call(...params);
    if ('error' in answer) return answer;
    const nth = counts.get(method) ?? 0;
    counts.set(method, nth + 1);
    return { result: change(method, nth, answer.result) };
  };
  const server = createServer(async (request, response) => {
    const [, cid] = /^\/piecestore\/(\w+)$/.exec(request.url ?? '') ?? [];
    if (cid !== undefined) {
      const piece = offeredPieces(offers, sectors).find((each) => each.cid === cid);
      response.writeHead(piece ? 200 : 404).end(request.method === 'HEAD' ? undefined : piece?.payload);
      return;
    }
    const { id, method, params } = JSON.parse(await bodyOf(request));
    const name = String(method).replace(/^Venus\./, '');
    const answer = answerOf(name, params);
    calls.push({ method: name, params, answer });
    // go-jsonrpc refuses what it does itself with HTTP 500.
    const isOwn = 'error' in answer && answer.error.code < 0;
    response.writeHead(isOwn ? 500 : 200, { 'content-type': 'application/json' });
    response.end(`${JSON.stringify({ jsonrpc: '2.0', ...answer, id })}\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  onTestFinished(close);
  // A TCP server that listens has an AddressInfo.
  const at = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: `http://${at}`, at, calls, faults, sectors, wdPosts, offers, close };
}

const refused = (code: number, message: string): Answer => ({ error: { code, message } });

function offeredPieces({ snapUps, rebuilds }: Offers, sectors: ReadonlyMap<number, SectorLife>) {
  const given = [...sectors.values()].flatMap(({ pieces, jobPieces }) => [...pieces, ...jobPieces]);
  return [...given, ...snapUps.flatMap(({ pieces }) => pieces), ...rebuilds.flatMap(({ pieces }) => pieces)];
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
