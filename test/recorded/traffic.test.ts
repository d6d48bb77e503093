import { expect, it } from 'vitest';
import { allExchanges, exchangesIn, linesOf, oldLines } from '../tools/traffic.js';

it('says of each exchange who asked whom, in which version', () => {
  const sides = new Set(
    allExchanges().map(({ at, version, caller, asked }) => {
      const file = at.replace(/#\d+$/, '').replace(/-[A-Z?].*$|-rest-probe.*$|-api_v1.*$/, '');
      return `${file}: ${version}, ${caller} asked a ${asked}`;
    }),
  );

  expect([...sides]).toMatchInlineSnapshot(`
    [
      "cli-handshake_our-manager.json: today, upstream asked a manager",
      "cli-ws_our-manager.json: today, upstream asked a manager",
      "cli_our-worker.json: today, upstream asked a worker",
      "goclient_our-manager.json: today, upstream asked a manager",
      "our-worker_up-daemon.json: today, ours asked a manager",
      "our-worker_up-jobs.json: today, ours asked a manager",
      "our-worker_up-manager.json: today, ours asked a manager",
      "rpc-damocles-worker-sealvisor-manager: today, upstream asked a manager",
      "rpc-sealvisor-manager-damocles-worker: today, ours asked a worker",
      "v0.2/abort_v02-worker.json: v0.2, upstream asked a manager",
      "v0.2/cli-ws_our-manager.json: v0.2, upstream asked a manager",
      "v0.2/cli_our-manager.json: v0.2, upstream asked a manager",
      "v0.2/cli_our-worker.json: v0.2, upstream asked a worker",
      "v0.2/goclient_our-manager.json: v0.2, upstream asked a manager",
      "v0.2/our-manager_v02-worker.json: v0.2, ours asked a worker",
      "v0.2/our-worker_v02-manager.json: v0.2, ours asked a manager",
    ]
  `);
});

it('keeps a request byte for byte, also where the file holds it as a value too', () => {
  const [recorded] = exchangesIn('rpc-damocles-worker-sealvisor-manager-AllocateSector-1.json');

  expect(recorded).toMatchObject({
    method: 'Venus.AllocateSector',
    body: '{"jsonrpc":"2.0","method":"Venus.AllocateSector","params":[{"AllowedMiners":[],"AllowedProofTypes":[5,10,15]}],"id":1}',
    params: [{ AllowedMiners: [], AllowedProofTypes: [5, 10, 15] }],
    answer: { result: { ID: { Miner: 10000, Number: 1 }, ProofType: 5 } },
  });
});

it('tells entries written from the source from recorded ones', () => {
  const written = new Set(
    allExchanges()
      .filter(({ isWritten }) => isWritten)
      .map(({ at }) => at.replace(/#\d+$/, '')),
  );

  expect([...written]).toEqual(['v0.2/abort_v02-worker.json', 'v0.2/our-manager_v02-worker.json']);
});

it('reads the lines of processors', () => {
  expect(JSON.parse(linesOf('tree_d.damocles-worker')[1])).toMatchObject({ id: 1, output: true });
  expect(oldLines()).toHaveLength(2);
});
