/** What upstream's own clients and workers were recorded to ask, asked again byte for byte: our answers have the right shape. */
import { expect, test } from 'vitest';
import { managerApp } from '#src/http/manager-app.js';
import { filesIn, setup } from '../manager/setup.js';
import { allExchanges, type Exchange, exchangesIn } from '../tools/field.js';
import { post, workerDoors } from './setup.js';

interface Answer {
  readonly id?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

const typeOf = (value: unknown) => (value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value);

/** Whether all that `before` has is in `now`, of the same kind; null stands for what there is none of. */
function missing(before: unknown, now: unknown, path = 'result'): string | undefined {
  if (before === null || now === null) return undefined;
  if (typeOf(before) !== typeOf(now)) return `${path}: ${typeOf(before)} was ${typeOf(now)}`;
  if (typeof before !== 'object' || Array.isArray(before)) return undefined;
  // Both are objects.
  const [old, current] = [before, now] as Record<string, unknown>[];
  for (const [key, value] of Object.entries(old ?? {})) {
    if (!(key in (current ?? {}))) return `${path}.${key} is missing`;
    const fault = missing(value, current?.[key], `${path}.${key}`);
    if (fault) return fault;
  }
  return undefined;
}

/** Methods that were unknown when it was recorded, and are answered today, or refused for what the sector is. */
const servedSince = /^Venus\.(SubmitPersisted|ListSectors|RestoreSector)$/;

function judge(exchange: Exchange, now: Answer): string | undefined {
  const { method, answer, id } = exchange;
  if (now.id !== id) return `another id: ${String(now.id)}`;
  if (answer?.error?.code === -32601) {
    if (servedSince.test(method)) return now.error?.code === -32601 ? 'unknown again' : undefined;
    const isNamed = now.error?.code === -32601 && now.error.message.includes(method);
    return isNamed ? undefined : `an unknown method is not named: ${JSON.stringify(now)}`;
  }
  // A nil slice of Go's, which was refused when it was recorded.
  if (/expected array, received null/.test(answer?.error?.message ?? ''))
    return now.error?.code === -32602 ? 'an empty list is refused again' : undefined;
  if (answer?.error || now.error)
    return answer?.error?.code === now.error?.code ? undefined : JSON.stringify(now.error ?? now.result);
  return missing(answer?.result, now.result);
}

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
  // Jobs that an operator made then are not there.
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
