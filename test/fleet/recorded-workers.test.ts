/** What upstream's workers were recorded to answer our manager, answered again to the client that it steers them with. */
import { expect, test } from 'vitest';
import { upstreamClient } from '#src/fleet/upstream-worker.js';
import { workerClient } from '#src/fleet/worker-client.js';
import { wallClock } from '#src/protocol/clock.js';
import { listening } from '../tools/fleet/setup.js';
import { allExchanges, type Exchange, exchangesIn } from '../tools/traffic.js';

const today = allExchanges().filter(({ at }) => at.startsWith('rpc-sealvisor-manager-damocles-worker-'));
const old = exchangesIn('v0.2/our-manager_v02-worker.json');
const named = (name: string) => {
  const found = today.find(({ at }) => at.startsWith(`rpc-sealvisor-manager-damocles-worker-${name}.json`));
  if (!found) throw new Error(`${name} was not recorded`);
  return found;
};
/** A request but for its id, which counts on. */
const idless = (body: string) => body.replace(/"id":\d+/, '"id":0');

/** A worker that answers as it was recorded to; `threads`: which of its lists it answers with. */
async function recordedWorker(exchanges: readonly Exchange[]) {
  const now: { threads: Exchange | undefined } = { threads: undefined };
  const asked: Exchange[] = [];
  const unknown: string[] = [];
  const url = await listening((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts).toString();
      const same = exchanges.filter(
        (each) => each.path === request.url && idless(each.body) === idless(body),
      );
      const found = same.find((each) => each === now.threads) ?? same[0];
      if (found) asked.push(found);
      else unknown.push(`${request.method} ${request.url} ${body}`);
      response.writeHead(found?.status ?? 405, { 'content-type': 'text/plain' });
      response.end(found?.answerText ?? 'Used HTTP Method is not allowed. POST or OPTIONS is required\n');
    });
  });
  return { now, asked, unknown, url };
}

test('a worker of today: its threads, a pause, a resume that it answers with `true` and passes over', async () => {
  const { now, asked, unknown, url } = await recordedWorker(today);
  const worker = workerClient('w1', url, wallClock);
  now.threads = named('WorkerList-1');
  expect(await worker.threads()).toMatchObject([
    {
      location: '/store1',
      plan: 'sealer',
      sector: { id: 's-t010000-1' },
      state: 'C1Done',
      stage: 'C2',
      mode: 'paused',
      lastError: {
        level: 'permanent',
        message: expect.stringMatching(/^No cached parameters found for stacked/),
      },
    },
  ]);
  now.threads = named('WorkerList-3');
  expect(await worker.command(0, 'pause', { how: 'after-stage', by: 'operator' })).toMatchObject({
    changed: true,
    mode: 'paused',
    message: 'w1 took the pause of thread #0',
  });
  expect(await worker.command(0, 'resume', { state: 'PC2Done', by: 'operator' })).toMatchObject({
    changed: false,
    state: 'C1Done',
    message: expect.stringContaining('thread #0 is still paused at C1Done'),
  });
  now.threads = named('WorkerList-2');
  expect(await worker.threads()).toMatchObject([{ mode: 'idle', lastError: null }]);
  expect(unknown).toEqual([]);
  expect(new Set(asked.map(({ at }) => at))).toEqual(new Set(today.map(({ at }) => at)));
});

test('a worker of v0.2: what it answers with true, false and a refusal is told as such', async () => {
  const { unknown, url } = await recordedWorker(old);
  const worker = upstreamClient('w1', url, wallClock, { wait: async () => undefined });
  const [first, second] = await worker.threads();
  expect(first).toMatchObject({
    mode: 'paused',
    state: 'Empty',
    sector: null,
    location: '/mnt/a "b"/x\né中',
  });
  expect(second).toMatchObject({ index: 1, mode: 'running', sector: { id: 's-t010000-3' } });
  expect(await worker.command(1, 'pause', {})).toMatchObject({ changed: true });
  expect(await worker.command(0, 'pause', {})).toMatchObject({ changed: false });
  expect(await worker.command(1, 'resume', {})).toMatchObject({ changed: false });
  // Answered with true, and its list shows it paused as before.
  expect(await worker.command(0, 'resume', { state: 'C1Done' })).toMatchObject({
    changed: false,
    mode: 'paused',
  });
  await expect(worker.command(9, 'resume', {})).rejects.toMatchObject({ code: 'thread_not_found' });
  expect(unknown).toEqual([]);
});
