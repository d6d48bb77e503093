/** What lies between a worker and its manager: all that is said is kept, and a call can be held on its way. */
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
  type ServerResponse,
} from 'node:http';
import { onTestFinished } from 'vitest';

export interface Said {
  /** Without `Venus.`. */
  readonly method: string;
  readonly params: readonly unknown[];
  /** Undefined when there was no answer, or an error. */
  readonly result: unknown;
}

/** A call that is held: as a request that the manager has not heard, or as an answer that the worker has not. */
export interface Held {
  /** Resolves when the call is there. @throws when it does not come */
  reached(): Promise<void>;
  letGo(): void;
  /** The connection breaks. */
  cut(): void;
}

export interface Wire {
  /** host:port for the worker. */
  readonly at: string;
  readonly said: readonly Said[];
  /** Holds the next call of a method. */
  hold(method: string, where: 'request' | 'answer'): Held;
}

interface Hold {
  readonly method: string;
  readonly where: 'request' | 'answer';
  pass(): Promise<'go on' | 'cut'>;
}

export async function wireTo(port: number): Promise<Wire> {
  const said: Said[] = [];
  const holds = new Set<Hold>();
  const passes = async (method: string, where: Hold['where']) => {
    const hold = [...holds].find((each) => each.method === method && each.where === where);
    if (!hold) return true;
    holds.delete(hold);
    return (await hold.pass()) === 'go on';
  };
  const onCall = async (from: IncomingMessage, to: ServerResponse) => {
    const body = await bodyOf(from);
    const { method, params } = callIn(body);
    if (!(await passes(method, 'request'))) return to.destroy();
    const answer = await forwarded(port, from, body);
    if (answer === undefined) return to.destroy();
    said.push({ method, params, result: resultIn(answer.body) });
    if (!(await passes(method, 'answer'))) return to.destroy();
    return to.writeHead(answer.status, answer.headers).end(answer.body);
  };
  const server = createServer((from, to) => {
    onCall(from, to).catch(() => to.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  return {
    at: `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    said,
    hold: (method, where) => {
      let reach = () => {};
      let end: (how: 'go on' | 'cut') => void = () => {};
      const reached = new Promise<void>((resolve) => {
        reach = resolve;
      });
      const ended = new Promise<'go on' | 'cut'>((resolve) => {
        end = resolve;
      });
      const hold: Hold = {
        method,
        where,
        pass: () => {
          reach();
          return ended;
        },
      };
      holds.add(hold);
      return {
        reached: () => inTime(reached, `${method} is not called`),
        letGo: () => end('go on'),
        cut: () => end('cut'),
      };
    },
  };
}

// As long as a line of a daemon is waited for.
const deadlineMs = 45_000;

function inTime(event: Promise<void>, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(what)), deadlineMs);
    void event.then(resolve).finally(() => clearTimeout(timer));
  });
}

interface Answer {
  readonly status: number;
  /** Also who the manager is. */
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

function forwarded(port: number, from: IncomingMessage, body: Buffer) {
  return new Promise<Answer | undefined>((resolve) => {
    const { host, connection, ...headers } = from.headers;
    const to = { host: '127.0.0.1', port, method: from.method, path: from.url, headers, agent: false };
    const call = request(to, (answer) => {
      // Those of the connection are its own.
      const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...told } = answer.headers;
      bodyOf(answer).then(
        (bytes) => resolve({ status: answer.statusCode ?? 0, headers: told, body: bytes }),
        () => resolve(undefined),
      );
    });
    call.on('error', () => resolve(undefined));
    call.end(body);
  });
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** What is no JSON-RPC has no name. */
function callIn(body: Buffer): { readonly method: string; readonly params: readonly unknown[] } {
  const text = body.toString();
  if (!text.startsWith('{')) return { method: '', params: [] };
  const { method, params } = JSON.parse(text) as { method: string; params: readonly unknown[] };
  return { method: method.replace('Venus.', ''), params };
}

function resultIn(body: Buffer): unknown {
  const text = body.toString('latin1');
  return text.startsWith('{') ? (JSON.parse(body.toString()) as { result?: unknown }).result : undefined;
}
