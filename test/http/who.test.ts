/** Who gave a command stands in the thread's intent: as it says of itself, else where it came from. */
import { request } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { managerApp } from '#src/http/manager/app.js';
import { serve } from '#src/http/serve.js';
import { workerDoors } from '../tools/http/setup.js';
import { setup, summary } from '../tools/manager/setup.js';

async function worker() {
  const doors = workerDoors();
  const served = await serve(doors.app, { host: '127.0.0.1', port: 0 });
  onTestFinished(() => served.close());
  const by = () => doors.sent.map(({ args }) => (args[0] as { by?: string }).by);
  return { by, port: served.port };
}

function post(port: number, path: string, body: unknown, headers: Record<string, string> = {}) {
  return new Promise<number>((resolve, reject) => {
    const all = { 'content-type': 'application/json', ...headers };
    const call = request({ host: '127.0.0.1', port, path, method: 'POST', headers: all }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
    });
    call.once('error', reject);
    call.end(JSON.stringify(body));
  });
}

const pause = '/api/v1/threads/0/pause';
const rpcPause = { jsonrpc: '2.0', id: 1, method: 'VenusWorker.WorkerPause', params: [0] };

test.each([
  ['its body', pause, { by: 'alice@laptop' }, {}, 'alice@laptop'],
  ['its header', pause, {}, { 'x-sealvisor-by': 'alice@laptop' }, 'alice@laptop'],
  ['its header, in any letters', pause, {}, { 'x-sealvisor-by': encodeURIComponent('Zoë@büro') }, 'Zoë@büro'],
  ['its body before its header', pause, { by: 'alice' }, { 'x-sealvisor-by': 'bob' }, 'alice'],
  ['its body, escaped', pause, { by: 'a\u001b[31m\nb' }, {}, 'a\\x1b[31m\\nb'],
  ['where it came from', pause, {}, {}, 'http from 127.0.0.1'],
  ['where it came from, over JSON-RPC', '/', rpcPause, {}, 'rpc from 127.0.0.1'],
  ['its header, over JSON-RPC', '/', rpcPause, { 'x-sealvisor-by': 'alice' }, 'alice'],
])('a command is by %s', async (_, path, body, headers, expected) => {
  const { by, port } = await worker();
  expect(await post(port, path, body, headers)).toBe(200);
  expect(by()).toEqual([expected]);
});

test.each([{ by: '' }, { by: 'x'.repeat(129) }, { by: 7 }])('%j is refused', async (body) => {
  const { by, port } = await worker();
  expect(await post(port, pause, body)).toBe(400);
  expect(await post(port, pause, {}, { 'x-sealvisor-by': 'x'.repeat(129) })).toBe(400);
  expect(by()).toEqual([]);
});

test.each([
  ['what it says of itself', { by: 'alice@laptop' }, 'alice@laptop'],
  ["where it came from, not the manager's address", {}, 'http from 127.0.0.1'],
])('through the manager a command is by %s', async (_, body, expected) => {
  const { by, port } = await worker();
  const { manager } = await setup();
  manager.roster.ping({ name: 'w1', dest: `127.0.0.1:${port}`, version: null, summary });
  const served = await serve(managerApp(manager), { host: '127.0.0.1', port: 0 });
  onTestFinished(() => served.close());
  for (const verb of ['pause', 'resume'])
    expect(await post(served.port, `/api/v1/workers/w1/threads/0/${verb}`, body)).toBe(200);
  expect(by()).toEqual([expected, expected]);
});
