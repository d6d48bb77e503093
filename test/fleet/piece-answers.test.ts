/** Pieces in the shapes of v0.2 and of today. */
import { describe, expect, test } from 'vitest';
import { pieces } from '#src/fleet/piece-answers.js';
import { isPledge } from '#src/protocol/pledge.js';

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
const today = (DealInfo: object | null) => ({ Piece: { Size: 2048, PieceCID: cid }, DealInfo });
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
    ["v0.2's, of id 0", { ...old, ID: 0 }, true],
    ["today's, nobody's", today(null), true],
    [
      "today's, a deal of id 0, whatever its allocation",
      today({ ...dealInfo, DealID: 0, AllocationID: 9 }),
      true,
    ],
    [
      "today's, an allocation of id 0, whatever its deal",
      today({ ...dealInfo, IsBuiltinMarket: false }),
      true,
    ],
  ])('%s', (_, piece, isOne) => {
    const found = read(piece);
    expect(found).toMatchObject({ Piece: { Size: 2048, Cid: cid } });
    expect(found && isPledge(found)).toBe(isOne);
    if (!isOne) expect(found?.PayloadSize).toBe(1500);
  });
});

test.each([
  ['a CID', { ...old, Piece: { Size: 2048 } }, ['Piece', 'PieceCID']],
  ['an id', { ...old, ID: undefined }, ['ID']],
  ['a size', { ...old, PayloadSize: null }, ['PayloadSize']],
  ['whose deal it is', today({ ...dealInfo, IsBuiltinMarket: undefined }), ['DealInfo', 'IsBuiltinMarket']],
])('without %s it is refused, with its path', (_, piece, path) => {
  expect(pieces.safeParse([piece]).error?.issues[0]?.path).toEqual([0, ...path]);
});
