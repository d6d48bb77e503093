import { expect, onTestFinished, test } from 'vitest';
import { requestJson } from '#src/fleet/http-client.js';
import { rpcCall } from '#src/fleet/rpc-client.js';
import { startManagerServer } from '#src/http/manager/server.js';
import { serve } from '#src/http/serve.js';
import { workerDoors } from '../tools/http/setup.js';
import { freshDir } from '../tools/manager/setup.js';

const timeoutMs = 5000;
const local = { host: '127.0.0.1', port: 0 };
const optionsOf = (home: string) => {
  return { home, miner: 10000, sectorSize: 2048, epochMs: 1000, emit: () => undefined, ...local };
};

test('a manager serves on the port it tells, JSON-RPC and REST', async () => {
  const server = await startManagerServer(optionsOf(freshDir()));
  onTestFinished(() => server.stop());
  const url = `http://${server.host}:${server.port}`;
  expect(server.port).toBeGreaterThan(0);
  expect(await rpcCall(`${url}/rpc/v0`, 'Venus.WorkerPingInfoList', [], { timeoutMs })).toEqual([]);
  expect(await requestJson({ method: 'GET', url: `${url}/healthz`, timeoutMs })).toMatchObject({
    status: 200,
  });
});

test('stop is safe twice, and then nobody listens and the home is free', async () => {
  const home = freshDir();
  const server = await startManagerServer(optionsOf(home));
  await Promise.all([server.stop(), server.stop()]);
  await server.stop();
  const url = `http://${server.host}:${server.port}/healthz`;
  await expect(requestJson({ method: 'GET', url, timeoutMs })).rejects.toMatchObject({
    code: 'unreachable',
  });
  const again = await startManagerServer(optionsOf(home));
  await again.stop();
});

test('a port that is taken is named, and the home is left free', async () => {
  const first = await startManagerServer(optionsOf(freshDir()));
  onTestFinished(() => first.stop());
  const home = freshDir();
  await expect(startManagerServer({ ...optionsOf(home), port: first.port })).rejects.toMatchObject({
    code: 'port_taken',
    message: expect.stringContaining(String(first.port)),
  });
  const again = await startManagerServer(optionsOf(home));
  await again.stop();
});

test('a host that is not of this machine is refused by name', async () => {
  const { app } = workerDoors();
  await expect(serve(app, { host: '192.0.2.1', port: 0 })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('192.0.2.1'),
  });
});

test('close ends an answer that never ends', async () => {
  const { app } = workerDoors();
  app.get(
    '/stream',
    () => new Response(new ReadableStream({ start: (stream) => stream.enqueue(Buffer.from('{')) })),
  );
  const served = await serve(app, local);
  const response = await fetch(`http://127.0.0.1:${served.port}/stream`);
  expect(response.status).toBe(200);
  const broken = expect(response.text()).rejects.toThrow();
  await served.close();
  await broken;
});

test('a request that breaks inside is a problem that says so, and the next one is served', async () => {
  const { app } = workerDoors();
  app.get('/broken', () => {
    throw new TypeError('x is not a function');
  });
  const response = await app.request('/broken');
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({
    code: 'internal',
    detail: 'the request failed: x is not a function',
  });
  expect((await app.request('/healthz')).status).toBe(200);
});
