/** A worker that serves, before a manager of which every call is noted. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { loadWorkerConfig } from '#src/config/worker-config.js';
import { startWorkerServer } from '#src/http/worker/server.js';
import { freshDir } from '../../tools/manager/setup.js';

/** A manager that has nothing to give, on a port of its own. */
async function noting(host = '127.0.0.1') {
  const methods: string[] = [];
  const pings: { Name: string; Dest: string; Life: string }[] = [];
  const { promise: pinged, resolve: tell } = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      const { id, method, params } = JSON.parse(text) as { id: number; method: string; params: never[] };
      methods.push(method);
      if (method === 'Venus.WorkerPing') pings.push(...params);
      if (method === 'Venus.WorkerPing') tell();
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result: null }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  // A TCP server that listens has an AddressInfo.
  return { methods, pings, pinged, port: (server.address() as AddressInfo).port };
}

function configOf(manager: string, { port = 0, host = '127.0.0.1', worker = 'name = "w1"' } = {}) {
  const dir = freshDir();
  const path = join(dir, 'worker.toml');
  writeFileSync(
    path,
    `[worker]
${worker}
rpc_server.host = ${JSON.stringify(host)}
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
    emit: () => undefined,
    onView: ({ mode }) => views.push(mode),
  });
  await expect(starting).rejects.toMatchObject({ code: 'port_taken' });
  expect(views).toEqual([]);
  expect(manager.methods).toEqual([]);
});

test.each([
  ['a multiaddr', (port: number) => `/ip6/::1/tcp/${port}`],
  ['a URL', (port: number) => `http://[::1]:${port}`],
])('a worker without a name has its address as the manager sees it, over IPv6 by %s', async (_, addr) => {
  const manager = await noting('::1');
  const config = configOf(addr(manager.port), { worker: '', host: '0.0.0.0' });
  const server = await startWorkerServer({ config, emit: () => undefined });
  onTestFinished(() => server.stop(0));
  await manager.pinged;
  expect(server).toMatchObject({ host: '::', worker: { name: '::1' } });
  expect(manager.pings[0]).toMatchObject({ Name: '::1', Dest: `[::1]:${server.port}` });
  const threads = await fetch(`http://[::1]:${server.port}/api/v1/threads`);
  expect(threads.status).toBe(200);
});

test('a worker that is stopped says goodbye to the manager', async () => {
  const manager = await noting();
  const config = configOf(`http://127.0.0.1:${manager.port}`);
  const server = await startWorkerServer({ config, emit: () => undefined });
  await manager.pinged;
  await server.stop(0);
  expect(manager.pings.at(-1)).toMatchObject({ Name: 'w1', Life: 'stopped' });
});

test('a heartbeat and a scrape ask for what they tell, and build no view of the worker', async () => {
  const manager = await noting();
  const config = configOf(`http://127.0.0.1:${manager.port}`);
  const server = await startWorkerServer({ config, emit: () => undefined });
  onTestFinished(() => server.stop(0));
  await manager.pinged;
  const { control } = server.worker;
  const worker = vi.spyOn(control, 'worker');
  const threads = vi.spyOn(control, 'threads');
  const base = `http://127.0.0.1:${server.port}`;
  expect((await fetch(`${base}/readyz`)).status).toBe(200);
  expect(threads).not.toHaveBeenCalled();
  expect((await fetch(`${base}/metrics`)).status).toBe(200);
  expect(threads).toHaveBeenCalledOnce();
  await control.cordon({});
  worker.mockClear();
  await vi.waitFor(() => expect(manager.pings.at(-1)).toMatchObject({ Life: 'cordoned' }), 5000);
  expect(worker).not.toHaveBeenCalled();
});
