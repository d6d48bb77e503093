/** The manager dials who reported, and nobody else whom a report names. */
import { expect, test } from 'vitest';
import { dialledAt, trustedAddresses } from '#src/manager/worker-address.js';

const none = trustedAddresses([]);
const dial = (dest: string, source: string | null, trusted = none) => {
  try {
    const { host, port } = dialledAt('w1', dest, source, trusted);
    return `${host} ${port}`;
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

test.each([
  ['10.0.0.5:17890', '10.0.0.5', '10.0.0.5 17890'],
  ['10.0.0.5', '10.0.0.5', '10.0.0.5 17890'],
  ['[fd00::5]:9', 'fd00::5', 'fd00::5 9'],
  ['127.0.0.1:9', '127.0.0.1', '127.0.0.1 9'],
  ['127.0.0.1:9', '::1', '127.0.0.1 9'],
  ['127.0.0.1:9', null, '127.0.0.1 9'],
  ['localhost:9', '127.0.0.1', 'localhost 9'],
  ['0.0.0.0:9', '10.0.0.5', '10.0.0.5 9'],
  ['0.0.0.0:9', null, '127.0.0.1 9'],
  ['[::]:9', null, '::1 9'],
])('a report of %s from %s is dialled at %s', (dest, source, at) => {
  expect(dial(dest, source)).toBe(at);
});

test.each([
  ['10.0.0.6:17890', '10.0.0.5'],
  ['169.254.169.254:80', '127.0.0.1'],
  ['127.0.0.1:9', '10.0.0.5'],
  ['localhost:9', '10.0.0.5'],
  ['metadata.internal:80', '127.0.0.1'],
  ['10.0.0.5:17890', null],
])('%s is not dialled for a report from %s', (dest, source) => {
  expect(dial(dest, source)).toBe('untrusted_address');
});

test.each(['10.0.0.5?x', '10.0.0.5#x', '10.0.0.5%2f', 'a@10.0.0.5:80', '10.0.0.5/x:80', '10.0.0.5:80/x'])(
  '%s is no address',
  (dest) => {
    expect(dial(dest, '10.0.0.5')).toBe('usage');
  },
);

test('what is listed is dialled, whoever names it', () => {
  const trusted = trustedAddresses(['10.1.0.0/16', '192.168.0.7', 'fd00::/8', 'sh-7.lan']);
  for (const host of ['10.1.200.3', '192.168.0.7', 'sh-7.lan', 'SH-7.LAN', '[fd12::1]'])
    expect(dial(`${host}:1`, '10.0.0.5', trusted)).toMatch(/ 1$/);
  for (const host of ['10.2.0.1', '192.168.0.8', 'sh-8.lan', '[fe80::1]'])
    expect(dial(`${host}:1`, '10.0.0.5', trusted)).toBe('untrusted_address');
});

test.each(['10.0.0.0/33', '10.0.0', 'a b', '10.0.0.0/x', 'sh-7.lan/8', '::/129', ''])(
  '%j cannot be listed',
  (entry) => {
    expect(() => trustedAddresses([entry])).toThrow(expect.objectContaining({ code: 'usage' }));
  },
);
