/** `util worker` where the manager is upstream's: its workers over JSON-RPC, steered where they are. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { resume } from '#cli/commands/manager/resume.js';
import { sectors } from '#cli/commands/manager/sealer.js';
import { info, list, pause, remove } from '#cli/commands/manager/workers.js';
import { tree } from '#cli/commands/tree.js';
import { captured, listening } from '../../tools/cli/setup.js';
import { fakeUpstreamWorker } from '../../tools/manager/upstream-worker.js';
import { viewOf } from '../../tools/protocol/views.js';
import { recordedManager } from '../../tools/upstream/recorded-manager.js';

const said = captured();
const noteOf = (at: string) => `${at} serves no /api/v1: it is asked as an upstream manager, over JSON-RPC\n`;

async function setup(
  version: 'today' | 'v0.2' = 'today',
  more: Partial<Parameters<typeof recordedManager>[0]> = {},
) {
  const worker = await fakeUpstreamWorker();
  const { at, calls } = await recordedManager({ version, dest: worker.dest, ...more });
  return {
    at,
    calls,
    dest: worker.dest,
    commands: () => worker.calls.filter(({ method }) => !method.endsWith('List')),
  };
}

test.each(['today', 'v0.2'] as const)(
  'list shows its workers, and says once that it is one (%s)',
  async (version) => {
    const { at, dest } = await setup(version);
    await list({ manager: `ws://${at}/rpc/v0`, expiration: '10m' });
    await list({ manager: at, expiration: '10m', json: true });
    expect(said.err).toBe(noteOf(at));
    expect(said.out).toMatch(new RegExp(`worker-a +${dest} `));
    expect(said.out).toContain(`"dest": "${dest}"`);
  },
);

test('info shows the threads of its worker, asked at the address of its heartbeat', async () => {
  const { at } = await setup();
  await info('worker-a', { manager: at });
  expect(said.out).toContain('s-t010000-2');
  expect(said.out).toContain('C1Done');
  expect(said.err).toBe(noteOf(at));
});

test('pause and resume go to the worker itself', async () => {
  const { at, commands } = await setup();
  await pause('worker-a', '0', { manager: at });
  expect(process.exitCode).toBe(3);
  await resume('worker-a', '0', 'C1Done', { manager: at });
  expect(commands()).toEqual([
    { method: 'VenusWorker.WorkerPause', params: [0] },
    { method: 'VenusWorker.WorkerResume', params: [0, 'C1Done'] },
  ]);
  expect(said.err).toContain('took the resume of thread #0');
});

test('resume --all-workers asks it for its workers', async () => {
  const { at, commands } = await setup();
  await resume(undefined, undefined, undefined, { manager: at, allWorkers: true });
  expect(commands()).toEqual([{ method: 'VenusWorker.WorkerResume', params: [0, null] }]);
});

test('remove is its own; a v0.2 manager, which has none, is told by its words', async () => {
  const { at, calls } = await setup();
  await remove('worker-a', { manager: at });
  expect(calls.at(-1)).toBe('WorkerPingInfoRemove');
  const old = await setup('v0.2');
  await expect(remove('worker-a', { manager: old.at })).rejects.toMatchObject({
    code: 'remote_error',
    message: expect.stringContaining("method 'Venus.WorkerPingInfoRemove' not found"),
  });
});

test('a name that it does not know is told with those that it knows; an address is dialled itself', async () => {
  const { at, dest } = await setup();
  await expect(info('nobody--', { manager: at })).rejects.toMatchObject({
    code: 'worker_not_found',
    message: 'no worker nobody--: known are worker-a',
  });
  await info(dest, { manager: at });
  expect(said.out).toContain('s-t010000-2');
});

test('a worker of ours under it shows all that it has', async () => {
  const { worker } = await listening([viewOf({ index: 0 })]);
  const { at } = await recordedManager({ version: 'today', dest: worker });
  await tree('worker-a', { manager: at, json: true });
  expect(JSON.parse(said.out)).toHaveProperty('root');
});

test('what it does not have is refused in words', async () => {
  const { at } = await setup();
  await expect(sectors({ manager: at })).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringContaining(`${at} is an upstream manager: it has no GET /sectors`),
  });
});

describe('is not taken for an upstream manager', () => {
  async function answering(status: number, body: string, type = 'application/json') {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      request.resume();
      request.on('end', () => response.writeHead(status, { 'content-type': type }).end(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    return { at: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
  }

  test('a manager of ours that does not know the worker', async () => {
    const problem = { code: 'worker_not_found', detail: 'no worker nobody--: known are w1', status: 404 };
    const { at, asked } = await answering(404, JSON.stringify(problem), 'application/problem+json');
    await expect(info('nobody--', { manager: at })).rejects.toMatchObject({ code: 'worker_not_found' });
    expect(asked).toEqual(['GET /api/v1/workers/nobody--/threads']);
  });

  test('a gateway before a manager that is away', async () => {
    const { at, asked } = await answering(502, '<html>bad gateway</html>', 'text/html');
    await expect(list({ manager: at, expiration: '10m' })).rejects.toMatchObject({ code: 'bad_answer' });
    expect(asked).toEqual(['GET /api/v1/workers']);
  });

  test('one that wants a token says so, not that the address is wrong', async () => {
    const { at } = await answering(401, '401 Unauthorized\n', 'text/plain');
    await expect(list({ manager: at, expiration: '10m' })).rejects.toMatchObject({
      code: 'bad_answer',
      message: expect.stringContaining(`${at} refuses it (HTTP 401): it wants a token`),
    });
  });

  test.each(['list', 'sectors'])('some other server (%s)', async (command) => {
    const { at } = await answering(404, '<html>no such page</html>', 'text/html');
    const run = command === 'list' ? list({ manager: at, expiration: '10m' }) : sectors({ manager: at });
    await expect(run).rejects.toMatchObject({
      code: 'bad_answer',
      message: expect.stringContaining(`${at} answered 404, as no sealvisor daemon does`),
    });
    expect(said.err).toBe('');
  });
});
