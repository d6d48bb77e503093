import { expect, test } from 'vitest';
import { destOf, unsealDest } from '#src/manager/unseal-dest.js';

test.each([
  ['file:///out', 'file:///out/cid'],
  ['file:///out/', 'file:///out/cid'],
  ['file:///with%20space', 'file:///with%20space/cid'],
  ['http://host/one', 'http://host/one'],
  ['https://host/pieces/', 'https://host/pieces/cid'],
  ['https://host', 'https://host/cid'],
  ['https://host/pieces/?token=5', 'https://host/pieces/cid?token=5'],
])('one piece to %s goes to %s', (dest, place) => {
  expect(destOf(unsealDest(dest, 1), 'cid')).toBe(place);
});
