import { expect, test } from 'vitest';
import { managerUrl } from '#cli/commands/manager/ask.js';

test.each([
  ['http://10.0.0.5:1789', 'http://10.0.0.5:1789'],
  ['10.0.0.5:1789', 'http://10.0.0.5:1789'],
  ['localhost:1789', 'http://localhost:1789'],
  ['manager', 'http://manager:1789'],
  ['[::1]:1790', 'http://[::1]:1790'],
  ['ws://10.0.0.5:1789/rpc/v0', 'http://10.0.0.5:1789'],
  ['wss://m.example/rpc/v0', 'https://m.example'],
  ['/ip4/127.0.0.1/tcp/1789', 'http://127.0.0.1:1789'],
  ['/dns/m/tcp/1789/wss', 'https://m:1789'],
])('%s is the manager at %s', (manager, url) => {
  expect(managerUrl({ manager })).toBe(url);
});

test.each(['ftp://m', 'a b', '/ip4/1', 'm:99999'])('%s is not an address of a manager', (manager) => {
  expect(() => managerUrl({ manager })).toThrow(expect.objectContaining({ code: expect.any(String) }));
});
