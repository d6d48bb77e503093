/** A worker that serves, before a manager of which every call is noted. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadWorkerConfig } from '#src/config/worker-config.js';
import { startWorkerServer } from '#src/http/worker-server.js';
import { freshDir } from '../manager/setup.js';

/** A manager that has nothing to give, on a port of its own. */
async function noting(host = '127.0.0.1') {
  const methods: string[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      const { id, method } = JSON.parse(text) as { id: number; method: string };
      methods.push(method);
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result: null }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  // A TCP server that listens has an AddressInfo.
  return { methods, port: (server.address() as AddressInfo).port };
}

function configOf(manager: string, { port = 0, worker = 'name = "w1"' } = {}) {
  const dir = freshDir();
  const path = join(dir, 'worker.toml');
  writeFileSync(
    path,
    `[worker]
${worker}
rpc_server.host = "127.0.0.1"
rpc_server.port = ${port}
[sector_manager]
rpc_client.addr = ${JSON.stringify(manager)}
[[sealing_thread]]
location = ${JSON.stringify(join(dir, 'store1'))}
[[attached]]
location = ${JSON.stringify(join(dir, 'far'))}
`,
  );
  return loadWorkerConfig(path).config;
}

test('a worker whose port is taken starts no thread and asks the manager for nothing', async () => {
  const [manager, taken] = [await noting(), await noting()];
  const config = configOf(`/ip4/127.0.0.1/tcp/${manager.port}`, { port: taken.port });
  const views: string[] = [];
  const starting = startWorkerServer({
    config,
    warn: () => undefined,
    onView: ({ mode }) => views.push(mode),
  });
  await expect(starting).rejects.toMatchObject({ code: 'port_taken' });
  expect(views).toEqual([]);
  expect(manager.methods).toEqual([]);
});
