import { expect, test } from 'vitest';
import { managerUrl } from '#src/config/manager-url.js';

test.each([
  ['/ip4/127.0.0.1/tcp/1789', 'http://127.0.0.1:1789'],
  ['/ip6/::1/tcp/1789', 'http://[::1]:1789'],
  ['/dns/manager/tcp/1789', 'http://manager:1789'],
  ['/dns4/manager.example/tcp/443/https', 'https://manager.example'],
  ['/dns/manager/tcp/1789/wss', 'https://manager:1789'],
  ['http://127.0.0.1:1789', 'http://127.0.0.1:1789'],
  ['http://127.0.0.1:1789/', 'http://127.0.0.1:1789'],
  ['https://manager/rpc/v0/', 'https://manager/rpc/v0'],
  ['ws://127.0.0.1:1789', 'http://127.0.0.1:1789'],
  ['wss://manager', 'https://manager'],
])('%s is reached at %s', (address, url) => {
  expect(managerUrl(address)).toBe(url);
});

test.each([
  '',
  'manager',
  '127.0.0.1:1789',
  '/ip4/127.0.0.1',
  '/ip4/127.0.0.1/udp/1',
  '/dns/m/tcp/99999',
  'ftp://x',
])('%j is refused', (address) => {
  expect(() => managerUrl(address)).toThrow(expect.objectContaining({ code: 'config_invalid' }));
});
