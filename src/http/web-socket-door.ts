/** JSON-RPC over a WebSocket: a request is a text frame, its answer another; one connection has many requests. */
import { upgradeWebSocket } from '@hono/node-server';
import type { Context, MiddlewareHandler } from 'hono';
import { WebSocket } from 'ws';
import { callerAddress, callerOf, callerSocket } from './caller.js';
import type { jsonRpcHandler, RpcCaller } from './json-rpc.js';
import { permits } from './load.js';
import { callerBy } from './who.js';

type Rpc = ReturnType<typeof jsonRpcHandler>;

/** Each may hold a frame of 1 MiB that has not come whole. */
const mostSockets = 256;
/** Of one connection, answered at once or not read yet: above it nothing is read of the connection. */
const mostInFlight = 16;

const unsupportedData = 1003;
const internalFault = 1011;

/** What answers the requests of one connection. */
export interface Conversation {
  readonly rpc: Rpc;
  /** The connection has ended. */
  end?(): void;
}

/** Requests that do not ask for a WebSocket pass to the next route. */
export function webSocketDoor(rpc: Rpc, most = mostSockets): MiddlewareHandler {
  return conversationDoor(() => ({ rpc }), most);
}

/** The same, where each connection is answered by what `begin` gives for it. */
export function conversationDoor(begin: (c: Context) => Conversation, most = mostSockets): MiddlewareHandler {
  const open = permits(most, 'too many WebSocket connections are open');
  const upgrade = upgradeWebSocket((c) => {
    const from = callerFrom(c);
    const socket = callerSocket(c);
    const giveBack = open.take();
    // Also where the handshake fails: it ends with the connection.
    if (socket) socket.once('close', giveBack);
    else giveBack();
    return conversation(begin(c), from);
  });
  return async (c, next) => {
    if (c.req.header('upgrade')?.toLowerCase() !== 'websocket') return next();
    return upgrade(c, next);
  };
}

/** Who it is, is said once: with the request that opens the connection. */
function callerFrom(c: Context): RpcCaller {
  return { address: callerAddress(c), by: callerBy(c, 'rpc'), ...callerOf(c) };
}

function conversation({ rpc, end }: Conversation, from: RpcCaller) {
  /** What came with the last piece that was read before the reading paused: less than 64 KiB and a frame. */
  const waiting: string[] = [];
  let inFlight = 0;
  const answer = async (socket: WebSocket, request: string): Promise<void> => {
    const { text } = await rpc(request, from);
    if (text === undefined || socket.readyState !== WebSocket.OPEN) return;
    await new Promise<void>((resolve) =>
      socket.send(text, (fault) => {
        // It has ended, and says so later: what was not started is asked by nobody any more.
        if (fault) waiting.length = 0;
        resolve();
      }),
    );
  };
  const goOn = (socket: WebSocket): void => {
    while (inFlight < mostInFlight) {
      const request = waiting.shift();
      if (request === undefined) break;
      inFlight += 1;
      void answer(socket, request)
        .catch(() => socket.close(internalFault, 'a request broke inside'))
        .finally(() => {
          inFlight -= 1;
          goOn(socket);
        });
    }
    if (inFlight >= mostInFlight) socket.pause();
    else if (socket.isPaused) socket.resume();
  };
  return {
    onMessage: ({ data }: { readonly data: unknown }, { raw: socket }: { readonly raw?: unknown }) => {
      // It is what `ws` made.
      if (!(socket instanceof WebSocket)) return;
      if (typeof data !== 'string') return socket.close(unsupportedData, 'send JSON-RPC as text frames');
      waiting.push(data);
      goOn(socket);
    },
    onClose: () => {
      waiting.length = 0;
      end?.();
    },
    // What it says is said to the client by `ws`, with the code that it closes with.
    onError: () => undefined,
  };
}
