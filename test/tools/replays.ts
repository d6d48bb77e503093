/** Which test replays which recorded exchange; what no test can replay has its reason here. */
import { allExchanges, type Exchange } from './traffic.js';

type Which = (exchange: Exchange) => boolean;

const inFile =
  (...files: readonly string[]): Which =>
  ({ at }) =>
    files.some((file) => at.startsWith(`${file}#`));
const numberOf = ({ at }: Exchange) => Number(at.split('#')[1]);

/** Asked with curl to see what is answered: no program of ours says it. */
const byHand: Which = ({ method }) => method === 'Venus.Version' || method === '(websocket handshake)';

/** By test file. */
export const replays: Readonly<Record<string, Which>> = {
  'test/fleet/recorded-calls.test.ts': (exchange) =>
    exchange.caller === 'ours' && exchange.asked === 'manager' && !byHand(exchange),
  'test/fleet/recorded-workers.test.ts': ({ at, caller, asked }) =>
    caller === 'ours' &&
    asked === 'worker' &&
    /^(rpc-sealvisor-manager-|v0\.2\/our-manager_v02-worker)/.test(at),
  'test/http/manager/recorded-requests.test.ts': (exchange) =>
    (inFile('goclient_our-manager.json')(exchange) && numberOf(exchange) < 76) ||
    inFile('cli_our-worker.json')(exchange) ||
    exchange.at.startsWith('rpc-damocles-worker-'),
  'test/http/manager/recorded-jobs.test.ts': (exchange) =>
    inFile('goclient_our-manager.json')(exchange) && numberOf(exchange) >= 76,
  'test/http/manager/recorded-old-requests.test.ts': (exchange) =>
    exchange.method !== '(websocket handshake)' &&
    inFile(
      'v0.2/goclient_our-manager.json',
      'v0.2/cli_our-manager.json',
      'v0.2/abort_v02-worker.json',
      'v0.2/cli_our-worker.json',
    )(exchange),
  'test/http/web-socket-door.test.ts': inFile(
    'cli-handshake_our-manager.json',
    'cli-ws_our-manager.json',
    'v0.2/cli-ws_our-manager.json',
  ),
};

/** What is left, and why. */
export const notReplayed: readonly { readonly which: Which; readonly why: string }[] = [
  {
    which: (exchange) => exchange.caller === 'ours' && byHand(exchange),
    why: 'asked by hand: no program of ours asks for a version of upstream, or dials a WebSocket',
  },
  {
    which: inFile('v0.2/cli_our-manager.json'),
    why: 'the refused handshake of then; the one that is taken is in cli-handshake_our-manager.json',
  },
];

export function replayedIn(test: string): readonly Exchange[] {
  const which = replays[test];
  if (!which) throw new Error(`${test} replays nothing`);
  return allExchanges().filter(which);
}

const upstreams = ['add_pieces', 'tree_d', 'pc1', 'pc2', 'c1', 'c2'].map(
  (stage) => `test/fixtures/upstream/${stage}.damocles-worker.jsonl`,
);
/** They are the crate's fixtures as well: what it makes is compared with them. */
const crates = [
  'add_pieces',
  'tree_d',
  'pc1',
  'pc2',
  'c1',
  'c2.failed',
  'snap_encode.damocles-worker',
  'unseal',
];

/** A task line and its answer line each: test/sealing/recorded-lines.test.ts. */
export const lineFiles: readonly string[] = [
  ...upstreams,
  'test/fixtures/upstream/c2.jsonl',
  ...crates.map((name) => `processors/filecoin/tests/field/${name}.jsonl`),
];
