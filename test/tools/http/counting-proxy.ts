/** A proxy that passes every request on as it is, and notes it. */
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Passed {
  /** `POST /api/v1/threads/0/pause` */
  readonly line: string;
  /** JSON, where there is one. */
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Before `127.0.0.1:port`, for the rest of the test. */
export async function countingProxy(port: number): Promise<{ at: string; passed: Passed[] }> {
  const passed: Passed[] = [];
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url: path = '', headers } = incoming;
      const text = Buffer.concat(chunks).toString();
      passed.push({ line: `${method} ${path}`, body: text === '' ? undefined : JSON.parse(text), headers });
      const on = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 0, answer.rawHeaders);
        answer.pipe(outgoing);
      });
      on.end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  // A TCP server that listens has an AddressInfo.
  return { at: `127.0.0.1:${(server.address() as AddressInfo).port}`, passed };
}
