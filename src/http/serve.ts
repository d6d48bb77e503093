import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { type ChildSpec, serviceChild } from '../actors/index.js';
import { messageOf, SealvisorError, systemCodeOf } from '../protocol/errors.js';
import { cutSlowClients } from './slow-clients.js';
import { isWebSocket, refuseOtherUpgrades, watchWebSockets, webSockets } from './web-sockets.js';

export interface App {
  /** `env` holds node's request and response, as hono's server passes them. */
  fetch(request: Request, env?: object): Response | Promise<Response>;
}

/** How long a client may take. */
export interface Patience {
  /** To send the headers of a request, ms. @default 15 s */
  readonly headersMs?: number;
  /** To send a whole request, ms. @default 60 s */
  readonly requestMs?: number;
  /** To read any waiting bytes, ms. @default 60 s */
  readonly slowClientMs?: number;
  /** Between two pings of a WebSocket connection, ms; it ends if a ping is not answered before the next is due. @default 30 s */
  readonly aliveMs?: number;
}

/** Other protocols that it serves. */
export interface Kinds {
  /** Paths where the app takes WebSockets; elsewhere such a request is answered as plain HTTP. @default none */
  readonly webSockets?: readonly string[];
}

/** The most connections that are open at once, enough for a fleet of thousands; more are refused. */
const mostConnections = 4000;

export interface Served {
  readonly host: string;
  readonly port: number;
  /** Resolves when the server has ended, by `close` or by itself; with the error, if there was one. */
  readonly ended: Promise<unknown>;
  /** Ends open connections too. Safe twice. */
  close(): Promise<void>;
}

/** Serves an app. @throws port_taken; usage if it cannot listen on the host */
export async function serve(
  app: App,
  { host, port }: { readonly host: string; readonly port: number },
  options: Patience & Kinds = {},
): Promise<Served> {
  const { server, endConnections } = serverOf(app, options);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const taken = systemCodeOf(cause) === 'EADDRINUSE';
      const message = taken
        ? `port ${port} on ${host} is taken: stop what listens there, or choose another port`
        : `cannot listen on ${host}:${port}: ${messageOf(cause)}`;
      reject(new SealvisorError(taken ? 'port_taken' : 'usage', message, { cause }));
    });
    server.listen(port, host, resolve);
  });
  // A process that cannot exit, because a disk call does not return, must not keep the port.
  const leavePort = () => void server.close();
  process.once('exit', leavePort);
  const ended = new Promise<unknown>((resolve) => {
    server.once('error', resolve);
    server.once('close', () => {
      process.off('exit', leavePort);
      resolve(undefined);
    });
  });
  // A TCP server that listens has an AddressInfo.
  const address = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  return {
    host,
    port: address.port,
    ended,
    close: () => {
      closing ??= new Promise((resolve) => {
        server.close(() => resolve());
        endConnections();
      });
      return closing;
    },
  };
}

function serverOf(
  app: App,
  {
    headersMs = 15_000,
    requestMs = 60_000,
    slowClientMs = 60_000,
    aliveMs = 30_000,
    webSockets: paths = [],
  }: Patience & Kinds,
) {
  const sockets = paths.length > 0 ? webSockets(aliveMs) : undefined;
  const isTaken = (request: IncomingMessage) => isWebSocket(request, paths);
  const serverOptions = {
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: Math.min(5000, headersMs, requestMs),
    // A request for another upgrade, such as HTTP/2, is answered as plain HTTP.
    shouldUpgradeCallback: isTaken,
  };
  const made = createAdaptorServer({
    fetch: (request, env) => app.fetch(request, env),
    // HTTP/1.0 may omit Host, but the request's URL needs one.
    hostname: 'localhost',
    serverOptions,
    ...(sockets ? { websocket: { server: sockets.forHono } } : {}),
  });
  // It is an HTTP/1.1 server unless `createServer` is given.
  const server = made as Server;
  server.maxConnections = mostConnections;
  const watch = cutSlowClients(server, slowClientMs);
  if (sockets) {
    watchWebSockets(sockets, watch);
    refuseOtherUpgrades(server, isTaken);
  }
  const endConnections = () => {
    server.closeAllConnections();
    sockets?.close();
  };
  return { server, endConnections };
}

/** An app behind a port as a supervised child; `onListening` is called each time it listens. */
export function servedChild(
  app: () => App,
  endpoint: () => { readonly host: string; readonly port: number },
  onListening: (served: Served) => void,
  kinds: Kinds = {},
): ChildSpec['start'] {
  return serviceChild(async (fail) => {
    const served = await serve(app(), endpoint(), kinds);
    onListening(served);
    let isStopped = false;
    void served.ended.then((fault) => {
      if (!isStopped) fail(fault ?? new Error(`the server on port ${served.port} closed`));
    });
    return {
      stop: () => {
        isStopped = true;
        return served.close();
      },
    };
  });
}
