/** Pieces that this manager names can be read by upstream's workers of both versions, and by ours. */
import { expect, test } from 'vitest';
import { jobAnswers } from '#src/fleet/job-answers.js';
import { managerApp } from '#src/http/manager/app.js';
import { wirePieces } from '#src/http/manager/wire-pieces.js';
import { pieceCid } from '#src/protocol/piece-cid.js';
import type { Deal } from '#src/protocol/sector-answers.js';
import { zeroNode } from '#src/protocol/zero-node.js';
import { rpc } from '../../tools/http/setup.js';
import { finish, never, piecesOf, setup } from '../../tools/manager/jobs-setup.js';
import { filesIn } from '../../tools/manager/setup.js';
import { resultFault } from '../../tools/recorded.js';

const cid = (text: string) => ({ '/': text });
const zeros = cid(pieceCid(zeroNode(4)));
const deals: readonly Deal[] = [
  { ID: 5, PayloadSize: 100, Piece: { Size: 128, Cid: cid('a') } },
  { ID: 0, PayloadSize: 508, Piece: { Size: 512, Cid: zeros } },
  { ID: 0, AllocationID: 9, PayloadSize: 900, Piece: { Size: 1024, Cid: cid('c') } },
];

test('deals, fillers and allocations are read by ours as they are, and are where they lie', () => {
  const wire = wirePieces(deals, 10000);
  const [deal, filler, allocation] = jobAnswers.deals.parse(wire);
  expect([deal, allocation]).toEqual([deals[0], deals[2]]);
  expect(filler).toEqual({ ID: 0, PayloadSize: 508, Piece: { Size: 512, Cid: zeros } });
  expect(wire).toMatchObject([
    { DealInfo: { Offset: 0, IsBuiltinMarket: true, Provider: 't010000' } },
    { DealInfo: null },
    { DealInfo: { Offset: 1024, IsBuiltinMarket: false, DealID: 0, AllocationID: 9 } },
  ]);
  expect(wirePieces(null, 10000)).toBeNull();
});

test("upgrades and rebuilds carry what both versions' workers read", async () => {
  const { manager, sectors, jobs } = await setup({ withDeals: true, pieces: filesIn({ a: 1000 }) });
  const app = managerApp(manager);
  const [spec, first] = [
    { AllowedMiners: null, AllowedProofTypes: null },
    { miner: 10000, number: 1 },
  ];
  const of = async (method: string) =>
    // Each is an object with pieces.
    (await rpc(app, `Venus.${method}`, [spec], '/rpc/v0')).result as Readonly<Record<string, unknown>>;
  await jobs.addSnapUp(finish(sectors), { pieces: piecesOf(900, 500) }, never);
  jobs.rebuild.add(first, { by: 'alice' });
  const [snapUp, rebuild] = [await of('AllocateSanpUpSector'), await of('AllocateRebuildSector')];
  for (const [version, pieces] of [
    ['v0.2', snapUp.Pieces],
    ['today', snapUp.Pieces],
    ['v0.2', rebuild.Pieces],
    ['today', rebuild.PiecesV2],
  ] as const)
    expect([pieces, resultFault(version, 'AcquireDeals', pieces)]).toEqual([expect.any(Array), undefined]);
  expect([snapUp.Pieces, rebuild.PiecesV2]).toMatchObject([[{}, {}], [{ DealInfo: { PayloadSize: 1000 } }]]);
});
