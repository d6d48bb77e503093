import { expect, test } from 'vitest';
import { dialable, formatAddress, parseAddress, workerEndpoint, workerPort } from '#src/config/endpoint.js';
import { tomlFile } from '../tools/config/setup.js';

const env = { SEALVISOR_WORKER: 'elsewhere:1' };

test('the configuration comes before --worker, --worker before the environment, and that before the default', async () => {
  const config = tomlFile('[worker]\nrpc_server.host = "10.0.0.1"\nrpc_server.port = 2');
  expect(await workerEndpoint({ config, worker: 'w:3' }, env)).toEqual({ host: '10.0.0.1', port: 2 });
  expect(await workerEndpoint({ worker: 'w:3' }, env)).toEqual({ host: 'w', port: 3 });
  expect(await workerEndpoint({}, env)).toEqual({ host: 'elsewhere', port: 1 });
  expect(await workerEndpoint({}, {})).toEqual({ host: '127.0.0.1', port: 17890 });
});

test.each([
  ['', '127.0.0.1', 17890],
  ['[worker]\nrpc_server.host = "0.0.0.0"', '127.0.0.1', 17890],
  ['[worker]\nrpc_server.host = "::"\nrpc_server.port = 9', '::1', 9],
  ['[worker]\nname = "w"', '127.0.0.1', 17890],
])('a worker configured with %j is reached at %s port %d', async (text, host, port) => {
  expect(await workerEndpoint({ config: tomlFile(text) }, env)).toEqual({ host, port });
});

test('a missing or faulty configuration is refused', async () => {
  await expect(workerEndpoint({ config: '/nowhere/x.toml' }, {})).rejects.toMatchObject({
    code: 'config_missing',
  });
  for (const text of ['[worker', '[worker]\nrpc_server.port = "x"', '[worker]\nrpc_server.host = 3'])
    await expect(workerEndpoint({ config: tomlFile(text) }, {})).rejects.toMatchObject({
      code: 'config_invalid',
    });
});

test.each([
  ['host', 'host', 5, 'host:5'],
  ['host:80', 'host', 80, 'host:80'],
  ['10.0.0.1:80', '10.0.0.1', 80, '10.0.0.1:80'],
  ['::1', '::1', 5, '[::1]:5'],
  ['[::1]', '::1', 5, '[::1]:5'],
  ['[fe80::1]:80', 'fe80::1', 80, '[fe80::1]:80'],
])('%s is host %s, port %d', (text, host, port, formatted) => {
  expect(parseAddress(text, 5)).toEqual({ host, port });
  expect(formatAddress({ host, port })).toBe(formatted);
});

test.each([
  '',
  ':80',
  'host:',
  'host:x',
  'host:70000',
  '[host]:80',
  'http://host:80',
  'a b',
  'host:80/x',
  'a?b:80',
  'a#b',
  'a%41:80',
  'u@h:80',
  '[fe80::1%eth0]:80',
  'fe80::1%eth0',
  'a\\b',
])('%j is no address', (text) => {
  expect(() => parseAddress(text, 5)).toThrow(expect.objectContaining({ code: 'usage' }));
});

test('an address to listen on everywhere is dialled on this machine', () => {
  const at = (text: string) => formatAddress(dialable(parseAddress(text, workerPort)));
  expect(['0.0.0.0', '[::]:9', 'host:9'].map(at)).toEqual(['127.0.0.1:17890', '[::1]:9', 'host:9']);
});
