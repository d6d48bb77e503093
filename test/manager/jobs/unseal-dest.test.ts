import { expect, test } from 'vitest';
import { destOf, shownDest, unsealDest } from '#src/manager/jobs/unseal-dest.js';

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

test.each([
  ['https://me:secret@host/pieces/cid', 'https://…@host/pieces/cid'],
  ['https://host/cid?token=secret', 'https://host/cid?…'],
  ['file:///with%20space/cid', 'file:///with%20space/cid'],
])('%s is shown as %s', (dest, shown) => {
  expect(shownDest(dest)).toBe(shown);
});

test.each([
  'file:',
  'file:/out',
  'file://',
  'file://host/out',
  'market://s/baga',
  'store:///baga',
  's3://b/k',
  '',
])('%j is refused as a destination, in words', (dest) => {
  expect(() => unsealDest(dest, 1)).toThrow(/^--dest .*(name a directory, or a URL|three slashes)/);
});
