import { expect, test } from 'vitest';
import { endToEndHeaders } from '#src/fleet/end-to-end-headers.js';

test('headers of one connection, those that it names, and those that are said anew stay behind; order and spelling stay', () => {
  const raw = [
    ...['Host', 'a', 'X-B', '1', 'Connection', 'close, x-named', 'X-Named', 'here', 'TE', 'trailers'],
    ...['Transfer-Encoding', 'chunked', 'x-b', '2', 'Authorization', 'Bearer x', 'Upgrade', 'h2c'],
  ];
  expect(endToEndHeaders(raw, new Set(['host']))).toEqual([
    ['X-B', '1'],
    ['x-b', '2'],
    ['Authorization', 'Bearer x'],
  ]);
});
