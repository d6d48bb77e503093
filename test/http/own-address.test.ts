import { expect, test } from 'vitest';
import { addressTowards, ownAddress, reachedAt } from '#src/http/own-address.js';

test.each([
  ['http://127.0.0.1:1789', '127.0.0.1'],
  ['http://[::1]:1789', '::1'],
  ['http://name.invalid:1789', null],
])('the address towards %s is %s', async (url, address) => {
  expect(await addressTowards(url)).toBe(address);
});

test('while a name cannot be resolved, an address of the machine stands in, never that of nothing', async () => {
  const own = ownAddress('http://name.invalid:1789');
  await own.look();
  expect(own.current()).not.toMatch(/^(0\.0\.0\.0|::|)$/);
});

test.each([
  ['0.0.0.0', '10.0.0.5', '10.0.0.5'],
  ['0.0.0.0', '::1', '127.0.0.1'],
  ['::', '::1', '::1'],
  ['127.0.0.1', '10.0.0.5', '10.0.0.5'],
  ['::1', '127.0.0.1', '::1'],
  ['127.0.0.1', '::1', '127.0.0.1'],
  ['localhost', '127.0.0.1', '127.0.0.1'],
])('who listens on %s and is seen as %s is reached at %s', (host, own, at) => {
  expect(reachedAt(host, own)).toBe(at);
});
