/** An upstream manager as its command line meets it: recorded answers to recorded questions, go-jsonrpc's refusals, and no REST. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { exchangesIn } from '../traffic.js';

export interface RecordedManager {
  /** host:port. */
  readonly at: string;
  /** What it was asked over JSON-RPC, without `Venus.`. */
  readonly calls: readonly string[];
}

/** `dest`: where its worker is, in place of the recorded one; `knows`: whether it has a method, else all that were recorded. */
export async function recordedManager(options: {
  readonly version: 'today' | 'v0.2';
  readonly dest: string;
  readonly knows?: (method: string) => boolean;
}): Promise<RecordedManager> {
  const { version, dest, knows = () => true } = options;
  const exchanges = exchangesIn(
    version === 'v0.2' ? 'v0.2/cli-ws_our-manager.json' : 'cli-ws_our-manager.json',
  );
  const calls: string[] = [];
  const answerTo = (method: string, params: readonly unknown[]) => {
    const name = JSON.stringify(params);
    const same = exchanges.filter((each) => each.method === method && each.answer?.error === undefined);
    const found = same.find((each) => JSON.stringify(each.params) === name);
    if (same.length === 0 || !knows(method)) return undefined;
    // A name that was not asked for is unknown.
    return JSON.parse((found?.answerText ?? '{"result":null}').replaceAll(/127\.0\.0\.1:[12]7890/g, dest));
  };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      if (request.method !== 'POST' || request.url !== '/rpc/v0')
        return response
          .writeHead(404, { 'content-type': 'text/plain; charset=utf-8' })
          .end('404 page not found\n');
      const { id, method, params } = JSON.parse(Buffer.concat(parts).toString());
      calls.push(method.replace('Venus.', ''));
      const answer = answerTo(method, params);
      const error = { code: -32601, message: `method '${method}' not found` };
      response.writeHead(answer === undefined ? 500 : 200, { 'content-type': 'application/json' });
      return response.end(JSON.stringify({ jsonrpc: '2.0', id, ...(answer ?? { error }) }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { at: `127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
}
