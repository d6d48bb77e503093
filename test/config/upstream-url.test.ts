import { expect, test } from 'vitest';
import { upstreamUrl } from '#src/config/upstream-url.js';

test.each([
  ['http://10.0.0.2:1789', 'http://10.0.0.2:1789'],
  ['https://seal.lan/behind/', 'https://seal.lan/behind'],
  ['ws://10.0.0.2:1789/rpc/v0', 'http://10.0.0.2:1789'],
  ['/ip4/10.0.0.2/tcp/1789', 'http://10.0.0.2:1789'],
  ['/dns/seal.lan/tcp/443/https', 'https://seal.lan'],
  ['seal.lan', 'http://seal.lan:1789'],
  ['10.0.0.2:41789', 'http://10.0.0.2:41789'],
  ['[::1]:1789', 'http://[::1]:1789'],
])('%s is %s', (address, url) => {
  expect(upstreamUrl(address)).toBe(url);
});

test.each(['http://alice:secret@10.0.0.2', 'http://10.0.0.2/?token=secret'])(
  '%s would be shown in logs: it is refused, and not repeated',
  (address) => {
    expect(() => upstreamUrl(address)).toThrow(/each worker sends its own token/);
    expect(() => upstreamUrl(address)).not.toThrow(/secret/);
  },
);

test('what is no address is refused', () => {
  expect(() => upstreamUrl('nowhere at all')).toThrow(/"nowhere at all" is not/);
});

test('the option is named once: by whoever reads it', () => {
  expect(() => upstreamUrl('http://alice:secret@10.0.0.2')).not.toThrow(/--upstream/);
});
