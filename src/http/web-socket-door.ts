/** JSON-RPC over a WebSocket: each request and each answer is a text frame; a connection carries many requests. */
import { upgradeWebSocket } from '@hono/node-server';
import type { Context, MiddlewareHandler } from 'hono';
import { WebSocket } from 'ws';
import { callerAddress, callerOf, callerSocket } from './caller.js';
import type { jsonRpcHandler, RpcCaller } from './json-rpc.js';
import { permits } from './load.js';
import { callerBy } from './who.js';

type Rpc = ReturnType<typeof jsonRpcHandler>;

/** Each may hold an incomplete frame of up to 1 MiB. */
const mostSockets = 256;
/** The most requests of one connection that are answered at once; at this number reading pauses. */
const mostInFlight = 16;

const unsupportedData = 1003;
const internalFault = 1011;

/** What answers the requests of one connection. */
export interface Conversation {
  readonly rpc: Rpc;
  /** Called when the connection has ended. */
  end?(): void;
}

/** Requests that do not ask for a WebSocket pass to the next route. */
export function webSocketDoor(rpc: Rpc, most = mostSockets): MiddlewareHandler {
  return conversationDoor(() => ({ rpc }), most);
}

/** The same, with a conversation of its own for each connection, from `begin`. */
export function conversationDoor(begin: (c: Context) => Conversation, most = mostSockets): MiddlewareHandler {
  const open = permits(most, 'too many WebSocket connections are open');
  const upgrade = upgradeWebSocket((c) => {
    const from = callerFrom(c);
    const socket = callerSocket(c);
    const giveBack = open.take();
    // Also if the handshake fails: the permit ends with the connection.
    if (socket) socket.once('close', giveBack);
    else giveBack();
    return conversation(begin(c), from);
  });
  return async (c, next) => {
    if (c.req.header('upgrade')?.toLowerCase() !== 'websocket') return next();
    return upgrade(c, next);
  };
}

/** The caller identifies itself once, in the request that opens the connection. */
function callerFrom(c: Context): RpcCaller {
  return { address: callerAddress(c), by: callerBy(c, 'rpc'), ...callerOf(c) };
}

function conversation({ rpc, end }: Conversation, from: RpcCaller) {
  /** Requests from the last chunk that was read before reading paused: less than 64 KiB and a frame. */
  const waiting: string[] = [];
  let inFlight = 0;
  const answer = async (socket: WebSocket, request: string): Promise<void> => {
    const { text } = await rpc(request, from);
    if (text === undefined || socket.readyState !== WebSocket.OPEN) return;
    await new Promise<void>((resolve) =>
      socket.send(text, (fault) => {
        // The connection has ended, and `onClose` follows: requests that were not started are dropped.
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
      // Narrows the type: `ws` made the socket.
      if (!(socket instanceof WebSocket)) return;
      if (typeof data !== 'string') return socket.close(unsupportedData, 'send JSON-RPC as text frames');
      waiting.push(data);
      goOn(socket);
    },
    onClose: () => {
      waiting.length = 0;
      end?.();
    },
    // `ws` itself sends the close code to the client.
    onError: () => undefined,
  };
}
