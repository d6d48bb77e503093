/** What upstream's own clients and workers were recorded to ask, asked again byte for byte: our answers have the right shape. */
import { expect, test } from 'vitest';
import { managerApp } from '#src/http/manager/app.js';
import { type Answer, judge } from '../../tools/http/recorded-answer.js';
import { post, workerDoors } from '../../tools/http/setup.js';
import { filesIn, setup } from '../../tools/manager/setup.js';
import { allExchanges, exchangesIn } from '../../tools/traffic.js';

test("every request of upstream's Go client", async () => {
  const { manager, epochs } = await setup({ pieces: filesIn({ a: 2032 }) });
  const app = managerApp(manager);
  const any = [{ AllowedMiners: null, AllowedProofTypes: null }];
  const allocate = () =>
    post(app, '/rpc/v0', { jsonrpc: '2.0', id: 1, method: 'Venus.AllocateSector', params: any });
  // The recording leaves out that two of three were given.
  await allocate();
  await allocate();
  const faults: string[] = [];
  // Those behind are of jobs that an operator made: recorded-jobs.test.ts.
  for (const exchange of exchangesIn('goclient_our-manager.json').slice(0, 76)) {
    if (/WaitSeed|PollProof/.test(exchange.method)) epochs(200);
    const { body } = await post(app, exchange.path, exchange.body);
    // It answers JSON-RPC.
    const fault = judge(exchange, body as Answer);
    if (fault) faults.push(`${exchange.at} ${exchange.method}: ${fault}`);
  }
  expect(faults).toEqual([]);
});

test("every request of upstream's worker", async () => {
  const { manager, epochs } = await setup();
  const app = managerApp(manager);
  const faults: string[] = [];
  const order = [
    ...[
      'WorkerPing',
      'AllocateSector',
      'ReportState',
      'AssignTicket',
      'SubmitPreCommit',
      'PollPreCommitState',
    ],
    ...[
      'StoreBasicInfo',
      'StoreReserveSpace',
      'SubmitPersistedEx',
      'WaitSeed',
      'SubmitProof',
      'PollProofState',
    ],
    ...['ReportFinalized', 'ReportAborted'],
  ];
  const asked = allExchanges().filter(({ at }) => at.startsWith('rpc-damocles-worker-'));
  const inTurn = order.flatMap((name) => asked.filter(({ method }) => method === `Venus.${name}`));
  expect(inTurn).toHaveLength(asked.length);
  for (const exchange of inTurn) {
    if (/WaitSeed|Poll/.test(exchange.method)) epochs(200);
    const { body } = await post(app, exchange.path, exchange.body);
    const fault = judge(exchange, body as Answer);
    if (fault) faults.push(`${exchange.at}: ${fault}`);
    // What its Rust reads, and was not there when it was recorded.
    if (exchange.method === 'Venus.ReportState')
      expect(body).toMatchObject({ result: { Id: expect.anything() } });
  }
  expect(faults).toEqual([]);
});

test("every request of upstream's command line to a worker", async () => {
  const { app } = workerDoors();
  const faults: string[] = [];
  for (const exchange of exchangesIn('cli_our-worker.json')) {
    const { body } = await post(app, exchange.path, exchange.body);
    const fault = judge(exchange, body as Answer);
    // Whether the threads of this test can go there is another matter than then.
    if (fault && !exchange.method.endsWith('WorkerResume')) faults.push(`${exchange.at}: ${fault}`);
  }
  expect(faults).toEqual([]);
});
