import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A real server for one test; gives its address. */
export async function listening(handle: RequestListener): Promise<string> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  // A TCP server that listens has an AddressInfo.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that answers every request with `status` and `body`, text as it is and all else as JSON. */
export function answering(body: unknown, status = 200): Promise<string> {
  return listening((request, response) => {
    request.resume();
    request.on('end', () =>
      response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body)),
    );
  });
}
