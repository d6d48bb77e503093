/** Whatever listens at an address, and whatever it answers: an error of ours that names it, or the answer. */
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { jobs } from '#cli/commands/manager/jobs.js';
import { sectors } from '#cli/commands/manager/sealer.js';
import { info, list as workers } from '#cli/commands/manager/workers.js';
import { tree } from '#cli/commands/tree.js';
import { history } from '#cli/commands/worker/history.js';
import { info as workerInfo } from '#cli/commands/worker/life.js';
import { limit } from '#cli/commands/worker/limits.js';
import { show, why } from '#cli/commands/worker/show.js';
import { list } from '#cli/commands/worker/threads.js';
import { notUnderstood } from '#cli/run.js';
import { workerEvents } from '#src/fleet/event-client.js';
import { sectorClient } from '#src/fleet/sector-client.js';
import { workerClient } from '#src/fleet/worker-client.js';
import { wallClock } from '#src/protocol/clock.js';
import { messageOf, SealvisorError } from '#src/protocol/errors.js';
import { captured } from '../tools/cli/setup.js';
import { listening } from '../tools/fleet/setup.js';

captured();
const numRuns = Number(process.env.MODEL_RUNS ?? 60);
const anything = fc.oneof(fc.json({ maxDepth: 3 }), fc.constantFrom('<html>404</html>', '', '{', '[]', '{}'));
const nested = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;

/** A server that answers everything with what is set. */
async function setup() {
  const now = { status: 200, body: '', type: 'application/json' };
  const url = await listening((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(now.status, { 'content-type': now.type }).end(now.body));
  });
  return { now, url, host: new URL(url).host };
}

/** The error that a call ends with, as a command would tell it. */
async function errorOf(call: () => Promise<unknown>): Promise<unknown> {
  return call().then(
    () => undefined,
    (thrown: unknown) => notUnderstood(thrown),
  );
}

function expectNamed(error: unknown, names: readonly string[], what: string): void {
  if (error === undefined) return;
  expect(error, `${what}: ${messageOf(error)}`).toBeInstanceOf(SealvisorError);
  const text = messageOf(error);
  expect(
    names.filter((name) => text.includes(name)),
    `${what}: ${text}`,
  ).not.toEqual([]);
  expect(text).not.toMatch(/undefined|\[object|^\s*$|:\s*$/);
}

test('a command tells who answered, and never a fault of its own', async () => {
  const { now, url, host } = await setup();
  const [toWorker, toManager] = [{ worker: host }, { manager: url }];
  const commands: Readonly<Record<string, () => Promise<unknown>>> = {
    list: () => list(toWorker),
    wide: () => list({ ...toWorker, wide: true }),
    show: () => show({ ...toWorker, index: 0 }),
    why: () => why({ ...toWorker, index: 0 }),
    history: () => history({ ...toWorker, index: 0 } as never),
    info: () => workerInfo(toWorker),
    limits: () => limit(undefined, undefined, toWorker as never),
    workers: () => workers({ ...toManager, expiration: '1m' }),
    'worker of a manager': () => info('w1', toManager),
    tree: () => tree('w1', toManager),
    sectors: () => sectors(toManager),
    jobs: () => jobs(toManager),
  };
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.keys(commands)),
      anything,
      fc.constantFrom(200, 201, 404, 500),
      async (name, body, status) => {
        Object.assign(now, { body, status });
        const command = commands[name];
        if (command) expectNamed(await errorOf(command), [host, 'w1'], `${name} got ${status} ${body}`);
      },
    ),
    { numRuns: 4 * numRuns },
  );
});

test('a worker tells which manager and which call, whatever that answers', async () => {
  const { now, url, host } = await setup();
  const service = sectorClient({ url, headers: {} });
  const id = { miner: 10000, number: 2 };
  const spec = { AllowedMiners: null, AllowedProofTypes: null };
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    allocateSector: () => service.allocateSector(spec),
    acquireDeals: () => service.acquireDeals(id, { MaxDeals: null, MinUsedSpace: null }),
    assignTicket: () => service.assignTicket(id),
    pollPreCommitState: () => service.pollPreCommitState(id),
    waitSeed: () => service.waitSeed(id, 5),
    reportState: () => service.reportState(id, {} as never),
    allocateUnsealSector: () => service.allocateUnsealSector(spec),
    allocateRebuildSector: () => service.allocateRebuildSector(spec),
    acquireUnsealDest: () => service.acquireUnsealDest(id, 'baga'),
    wdPoStAllocateJobs: () => service.wdPoStAllocateJobs(spec, 1, 'w1'),
  };
  const answer = fc.oneof(
    anything,
    fc.json({ maxDepth: 3 }).map((result) => `{"jsonrpc":"2.0","id":1,"result":${result}}`),
    fc.json({ maxDepth: 2 }).map((error) => `{"jsonrpc":"2.0","id":1,"error":${error}}`),
    fc
      .json({ maxDepth: 2 })
      .map((message) => `{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":${message}}}`),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.keys(calls)),
      answer,
      fc.constantFrom(200, 404, 500, 503),
      async (name, body, status) => {
        Object.assign(now, { body, status });
        const call = calls[name];
        if (call) expectNamed(await errorOf(call), [host, 'Venus.'], `${name} got ${status} ${body}`);
      },
    ),
    {
      numRuns: 4 * numRuns,
      // Reasons that say nothing.
      examples: [':', ' : ', 'no reason:'].map((message) => [
        'allocateSector',
        JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code: 1, message } }),
        200,
      ]),
    },
  );
});

test('a manager tells which worker, whatever that answers', async () => {
  const { now, url, host } = await setup();
  const worker = workerClient('w1', url, wallClock);
  const calls = [
    () => worker.threads(),
    () => worker.thread(0),
    () => worker.command(0, 'pause', {}),
    () => worker.pass({ method: 'GET', path: '/worker' }),
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.nat(calls.length - 1),
      fc.oneof(
        anything,
        fc.json({ maxDepth: 3 }).map((result) => `{"jsonrpc":"2.0","id":1,"result":${result}}`),
      ),
      fc.constantFrom(200, 404, 500),
      async (at, body, status) => {
        Object.assign(now, { body, status });
        const call = calls[at];
        if (call)
          expectNamed(await errorOf(call), [host, 'w1', 'VenusWorker.'], `${at} got ${status} ${body}`);
      },
    ),
    { numRuns: 2 * numRuns },
  );
});

test('a stream of events of another kind, or of other events, is told', async () => {
  const { now, url, host } = await setup();
  const first = async () => {
    for await (const event of workerEvents({ url })) return event;
    return undefined;
  };
  Object.assign(now, { body: '<html>', type: 'text/html' });
  expect(await errorOf(first)).toMatchObject({ code: 'bad_answer', message: expect.stringContaining(host) });
  for (const data of ['null', '{', nested]) {
    Object.assign(now, { body: `data: ${data}\n\n`, type: 'text/event-stream' });
    expect(await errorOf(first)).toMatchObject({
      code: 'bad_answer',
      message: expect.stringContaining(host),
    });
  }
});

test('an answer that is nested too deep is refused before it is read, on every door', async () => {
  const { now, url, host } = await setup();
  now.body = nested;
  const doors = [
    () => list({ worker: host }),
    () => workers({ manager: url, expiration: '1m' }),
    () => workerClient('w1', url, wallClock).threads(),
    () => sectorClient({ url, headers: {} }).assignTicket({ miner: 1, number: 1 }),
  ];
  for (const door of doors)
    expect(await errorOf(door)).toMatchObject({
      code: 'bad_answer',
      message: `the answer of ${host} is nested deeper than 512`,
    });
});

test('an answer without end is left at its limit, and told', async () => {
  const url = await listening((_, response) => {
    const chunk = Buffer.alloc(64 * 1024, 32);
    const more = () => {
      while (response.write(chunk));
    };
    response.on('drain', more);
    more();
    onTestFinished(() => void response.destroy());
  });
  const { host } = new URL(url);
  expect(await errorOf(() => workerClient('w1', url, wallClock).threads())).toMatchObject({
    code: 'bad_answer',
    message: expect.stringContaining(`the answer of ${host} is larger than 8 MiB`),
  });
});
