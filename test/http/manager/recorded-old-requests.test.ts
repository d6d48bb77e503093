/** What v0.2's clients, command line and worker were recorded to ask, asked again byte for byte: our answers have the right shape. */
import { expect, test } from 'vitest';
import { managerApp } from '#src/http/manager/app.js';
import { type Answer, judge } from '../../tools/http/recorded-answer.js';
import { post, workerDoors } from '../../tools/http/setup.js';
import { filesIn, setup } from '../../tools/manager/setup.js';
import { type Exchange, exchangesIn } from '../../tools/traffic.js';

const handshake = ({ method }: Exchange) => method === '(websocket handshake)';

/** A manager that has given out the sectors of then. */
async function asThen() {
  const { manager, epochs } = await setup({ pieces: filesIn({ a: 1000, b: 900, c: 2000 }) });
  for (let count = 0; count < 12; count += 1) manager.sectors.allocate(null, null);
  return { manager, app: managerApp(manager), epochs };
}

test.each(['v0.2/goclient_our-manager.json', 'v0.2/cli_our-manager.json'])(
  'every request of %s to a manager',
  async (file) => {
    const { app, epochs } = await asThen();
    const faults: string[] = [];
    for (const exchange of exchangesIn(file)) {
      // test/http/web-socket-door.test.ts has one.
      if (handshake(exchange)) continue;
      if (/WaitSeed|PollProof/.test(exchange.method)) epochs(200);
      const { body } = await post(app, exchange.path, exchange.body);
      // It answers JSON-RPC.
      const fault = judge(exchange, body as Answer);
      if (fault) faults.push(`${exchange.at} ${exchange.method}: ${fault}`);
    }
    expect(faults).toEqual([]);
  },
);

test("the abort of v0.2's worker, as its source has it: both answers are null, and the sector is aborted", async () => {
  const { app, manager } = await asThen();
  const [report, end] = exchangesIn('v0.2/abort_v02-worker.json');
  // As its pings are; by it the worker is known to read no verdict.
  const ping = exchangesIn('v0.2/goclient_our-manager.json').find(({ method }) =>
    method.endsWith('WorkerPing'),
  );
  await post(app, '/rpc/v0', ping?.body.replace('"go-w"', '"127.0.0.1"'));
  for (const exchange of [report, end])
    expect((await post(app, '/rpc/v0', exchange?.body)).body).toEqual({
      jsonrpc: '2.0',
      id: exchange?.id,
      result: null,
    });
  expect(manager.sectors.view({ miner: 10000, number: 3 })).toMatchObject({
    state: 'Aborted',
    finalized: false,
  });
});

test("every request of v0.2's command line to a worker", async () => {
  const { app } = workerDoors();
  const faults: string[] = [];
  for (const exchange of exchangesIn('v0.2/cli_our-worker.json')) {
    const { body } = await post(app, exchange.path, exchange.body);
    // Whether the threads of this test can go there is another matter than then: true, false, or refused.
    const isResume = exchange.method.endsWith('WorkerResume');
    const { result, error, id } = body as Answer;
    const isAnswered = id === exchange.id && (typeof result === 'boolean' || error?.code === -32602);
    const fault = isResume
      ? isAnswered
        ? undefined
        : JSON.stringify(body)
      : judge(exchange, body as Answer);
    if (fault) faults.push(`${exchange.at}: ${exchange.method} ${fault}`);
  }
  expect(faults).toEqual([]);
});
