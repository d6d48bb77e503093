import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { messageOf, SealvisorError, systemCodeOf } from '../protocol/errors.js';

export interface Served {
  readonly host: string;
  readonly port: number;
  /** Ends open connections too. Safe twice. */
  close(): Promise<void>;
}

/** Serves an app. @throws port_taken, usage when the host cannot be listened on */
export async function serve(
  app: { fetch(request: Request): Response | Promise<Response> },
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Served> {
  const server = createServer(getRequestListener((request) => app.fetch(request)));
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
  // A TCP server that listens has an AddressInfo.
  const address = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  return {
    host,
    port: address.port,
    close: () => {
      closing ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closing;
    },
  };
}
