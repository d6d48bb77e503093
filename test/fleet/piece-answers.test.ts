/** Pieces in the shapes of v0.2 and of today. */
import { describe, expect, test } from 'vitest';
import { pieces } from '#src/fleet/piece-answers.js';
import { pieceCid } from '#src/protocol/piece-cid.js';
import { isPledge } from '#src/protocol/pledge.js';
import { zeroNode } from '#src/protocol/zero-node.js';

const cid = { '/': 'baga6ea4seaq' };
const dealInfo = {
  ...{
    DealID: 7,
    PublishCid: cid,
    AllocationID: 0,
    PieceCID: cid,
    PieceSize: 2048,
    Client: 't01',
    Provider: 't010000',
  },
  ...{
    Offset: 0,
    Length: 2048,
    PayloadSize: 1500,
    StartEpoch: 1,
    EndEpoch: 2,
    IsBuiltinMarket: true,
    IsCompatible: true,
  },
};
const zeros = { '/': pieceCid(zeroNode(6)) };
const today = (DealInfo: object | null, PieceCID = cid) => ({ Piece: { Size: 2048, PieceCID }, DealInfo });
const old = { ID: 7, PayloadSize: 1500, Piece: { Size: 2048, Cid: cid } };
const read = (piece: unknown) => pieces.parse([piece])[0];

describe('a piece is read', () => {
  test.each([
    ["v0.2's", old, false],
    ["today's, of the market", today(dealInfo), false],
    [
      "today's, an allocation",
      today({ ...dealInfo, DealID: 0, AllocationID: 9, IsBuiltinMarket: false }),
      false,
    ],
    ['of both shapes', { ...old, ...today(dealInfo), Piece: { Size: 2048, Cid: cid, PieceCID: cid } }, false],
    ["v0.2's, of id 0", { ...old, ID: 0, Piece: { Size: 2048, Cid: zeros } }, true],
    ["today's, nobody's", today(null, zeros), true],
    [
      "today's, a deal of id 0, whatever its allocation",
      today({ ...dealInfo, DealID: 0, AllocationID: 9 }, zeros),
      true,
    ],
    [
      "today's, an allocation of id 0, whatever its deal",
      today({ ...dealInfo, IsBuiltinMarket: false }, zeros),
      true,
    ],
  ])('%s', (_, piece, isOne) => {
    const found = read(piece);
    expect(found).toMatchObject({ Piece: { Size: 2048, Cid: isOne ? zeros : cid } });
    expect(found && isPledge(found)).toBe(isOne);
    if (!isOne) expect(found?.PayloadSize).toBe(1500);
  });
});

test.each([
  ['a CID', { ...old, Piece: { Size: 2048 } }, ['Piece', 'Cid']],
  ["today's CID", { ...today(dealInfo), Piece: { Size: 2048 } }, ['Piece', 'PieceCID']],
  ["whose it is, in today's shape", { ...today(null), DealInfo: undefined }, ['DealInfo']],
  ["a payload's size", today({ ...dealInfo, PayloadSize: null }), ['DealInfo', 'PayloadSize']],
  // Its data would be replaced by zeros.
  ['anybody who claims its data', today(null), ['DealInfo']],
  ['a deal that claims its data', today({ ...dealInfo, DealID: 0 }), ['DealInfo', 'DealID']],
  [
    'an allocation that claims its data',
    today({ ...dealInfo, AllocationID: null, IsBuiltinMarket: false }),
    ['DealInfo', 'AllocationID'],
  ],
  ['an id that claims its data', { ...old, ID: 0 }, ['ID']],
  ['an id', { ...old, ID: undefined }, ['ID']],
  ['a size', { ...old, PayloadSize: null }, ['PayloadSize']],
  ['whose deal it is', today({ ...dealInfo, IsBuiltinMarket: undefined }), ['DealInfo', 'IsBuiltinMarket']],
])('without %s it is refused, with its path', (_, piece, path) => {
  expect(pieces.safeParse([piece]).error?.issues[0]?.path).toEqual([0, ...path]);
});
