/** The WebSocket connections of one server: their limits, whether they are alive, and how they end. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocketServerLike } from '@hono/node-server';
import { type WebSocket, WebSocketServer } from 'ws';
import { every, idleClock } from '../actors/system-clock.js';
import { largestBody } from './body.js';
import type { Watch } from './slow-clients.js';

/** How long a client has to answer a close, ms. */
const farewellMs = 1000;

/** Going away (RFC 6455, section 7.4.1). */
const goingAway = 1001;

export interface WebSockets {
  readonly server: WebSocketServer;
  /** The same server, in hono's type. */
  readonly forHono: WebSocketServerLike;
  /** Closes them with code 1001. Safe twice. */
  close(): void;
}

/** A client that sends nothing within `aliveMs` of a ping is gone: its connection is terminated. */
export function webSockets(aliveMs: number): WebSockets {
  const limits = { noServer: true, maxPayload: largestBody, maxFragments: 1024, closeTimeout: farewellMs };
  const server = new WebSocketServer(limits);
  const silent = new WeakSet<WebSocket>();
  server.on('connection', (socket) => {
    for (const event of ['pong', 'ping', 'message'] as const) socket.on(event, () => silent.delete(socket));
  });
  const stop = every(
    aliveMs,
    () => {
      for (const socket of server.clients) {
        // Reading is paused, so a pong could not arrive. The client waits for us, or is cut off for not reading.
        if (socket.isPaused) continue;
        if (silent.has(socket)) socket.terminate();
        else {
          silent.add(socket);
          socket.ping();
        }
      }
    },
    idleClock,
  );
  return {
    server,
    // It is the server that hono expects; the types differ only in optional parts of `send` and `noServer`.
    forHono: server as unknown as WebSocketServerLike,
    close: () => {
      stop();
      server.close();
      for (const socket of server.clients) socket.close(goingAway, 'the daemon ends');
    },
  };
}

/** Clients that do not read are cut off here, too. */
export function watchWebSockets({ server }: WebSockets, watch: Watch): void {
  server.on('connection', (socket, request) => watch(socket, () => request.socket));
}

/** Whether the request is for a WebSocket on one of `paths`. */
export function isWebSocket({ headers, url = '' }: IncomingMessage, paths: readonly string[]): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket' && paths.includes(url.split('?')[0] ?? '');
}

/** Before Node 22.21 a server with an upgrade listener gets all upgrades: those it does not take would wait forever. */
export function refuseOtherUpgrades(server: Server, isTaken: (request: IncomingMessage) => boolean): void {
  const [accept] = server.listeners('upgrade');
  if (!accept) return;
  server.removeAllListeners('upgrade');
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (isTaken(request)) Reflect.apply(accept, server, [request, socket, head]);
    else socket.end('HTTP/1.1 501 Not Implemented\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
}
