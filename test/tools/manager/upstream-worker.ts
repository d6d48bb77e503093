/** A worker as upstream runs it: `VenusWorker.` over JSON-RPC, and no REST. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface FakeUpstreamWorker {
  readonly dest: string;
  readonly calls: readonly { readonly method: string; readonly params: readonly unknown[] }[];
}

/** What it answers to what is no call of its own: a plain 404, or a JSON-RPC error, as it takes calls at any path. */
export type Doors = '404 page not found' | 'any path';

type Thread = Record<string, unknown>;

const v02: Thread = {
  location: '/mnt/store1',
  sector_id: { Miner: 10000, Number: 2 },
  index: 0,
  paused: true,
  paused_elapsed: 17,
  state: 'C1Done',
  last_error: 'permanent: No cached parameters found',
};
const today: Thread = {
  location: '/mnt/store1',
  plan: 'snapup',
  job_id: 's-t010000-2',
  index: 0,
  thread_state: { state: 'Running', elapsed: 100, proc: 'pc1' },
  job_state: 'TicketAssigned',
  job_stage: 'PC1',
  last_error: null,
};
export const threadsOf = { 'v0.2': v02, today } as const;

export async function fakeUpstreamWorker(
  options: {
    readonly doors?: Doors;
    readonly threads?: unknown;
    /** It answers a resume with `true`, and does nothing. */
    readonly isDeaf?: boolean;
  } = {},
): Promise<FakeUpstreamWorker> {
  const { doors = '404 page not found', threads = [v02] } = options;
  const calls: { method: string; params: readonly unknown[] }[] = [];
  let shown = threads;
  /** As a worker does that took the command; the first thread alone is asked for. */
  const resumed = (state: unknown) => {
    if (!Array.isArray(threads) || options.isDeaf) return;
    const [first, ...rest] = threads as Thread[];
    shown = [{ ...first, paused: false, paused_elapsed: null, state: state ?? first?.state }, ...rest];
  };
  const answer = (method: string, params: readonly unknown[]): object => {
    calls.push({ method, params });
    if (method === 'VenusWorker.WorkerList') return { result: shown };
    if (params[0] !== 0) return { error: { code: -32602, message: `worker #${params[0]} not found` } };
    if (method === 'VenusWorker.WorkerPause') return { result: false };
    if (method === 'VenusWorker.WorkerResume') {
      resumed(params[1]);
      return { result: true };
    }
    return { error: { code: -32601, message: 'Method not found' } };
  };
  const server = createServer((request, response) => {
    const isCall = request.method === 'POST' && (doors === 'any path' || request.url === '/');
    if (!isCall) {
      const [status, text] =
        doors === 'any path' ? [405, 'Used HTTP Method is not allowed.'] : [404, '404 page not found'];
      response.writeHead(status, { 'content-type': 'text/plain' }).end(`${text}\n`);
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      // What our relay sends is JSON; what it is beyond that is looked at here.
      const call = JSON.parse(Buffer.concat(chunks).toString()) as {
        id?: number;
        method?: string;
        params?: [];
      };
      const said =
        call.method === undefined
          ? { id: null, error: { code: -32600, message: 'Invalid request' } }
          : { id: call.id, ...answer(call.method, call.params ?? []) };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ jsonrpc: '2.0', ...said }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  // A TCP server that listens has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return { dest: `127.0.0.1:${port}`, calls };
}
