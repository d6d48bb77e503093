import { expect, test } from 'vitest';
import { placesOf } from '#src/manager/sectors/facts.js';
import { placeInfos } from '#src/sealing/builtin/index.js';

const sizes = [
  [1024, 512, 128],
  [128, 512, 128, 1024],
  [128, 128, 256],
];

test.each(sizes)('pieces of %d, … lie where the sealer put them', (...padded) => {
  const deals = padded.map((Size, ID) => ({ ID, PayloadSize: 1, Piece: { Size, Cid: { '/': `c${ID}` } } }));
  const infos = padded.map((size) => ({ commitment: [], size: (size / 128) * 127 }));
  expect(placesOf(deals).map(({ offset }) => offset)).toEqual(
    placeInfos(infos).map(({ offset }) => (offset / 128) * 127),
  );
});
