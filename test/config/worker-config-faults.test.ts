import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadWorkerConfig } from '#src/config/worker-config.js';
import { freshDir, minimal, thrownBy, tomlFile } from '../tools/config/setup.js';

function faultOf(text: string) {
  const path = tomlFile(text);
  const error = thrownBy(() => loadWorkerConfig(path));
  expect(error).toMatchObject({ name: 'SealvisorError' });
  const { code, message } = error as { code: string; message: string };
  return { code, message: message.replaceAll(path, 'FILE') };
}

test('a missing file says what to do', () => {
  const path = join(freshDir(), 'none.toml');
  expect(thrownBy(() => loadWorkerConfig(path))).toMatchObject({
    code: 'config_missing',
    message: expect.stringContaining(`no configuration at ${path}: `),
  });
});

test('a directory in place of a file is refused', () => {
  expect(thrownBy(() => loadWorkerConfig(freshDir()))).toMatchObject({ code: 'config_invalid' });
});

test('a fault of syntax is named with its line', () => {
  expect(faultOf('[worker]\nname = = 2')).toEqual({
    code: 'config_invalid',
    message: expect.stringMatching(/^FILE:2:\d+ is not valid TOML: \S/),
  });
});

test.each([
  ['[sealing]\nmax_retries = "3"', 'sealing.max_retries = "3" in FILE: expected a whole number from 0'],
  ['[sealing]\nmax_retries = -1', 'sealing.max_retries = -1 in FILE: expected a whole number from 0'],
  ['[sealing]\nenable_deals = 1', 'sealing.enable_deals = 1 in FILE: expected true or false'],
  [
    '[sealing]\nseal_interval = "30 cm"',
    'sealing.seal_interval = "30 cm" in FILE: expected a duration such as',
  ],
  ...['seal_interval', 'recover_interval', 'rpc_polling_interval'].map((key) => [
    `[sealing]\n${key} = "0s"`,
    `sealing.${key} = "0s" in FILE: expected a duration of at least 1ms`,
  ]),
  [
    '[worker]\nping_interval = "0s"',
    'worker.ping_interval = "0s" in FILE: expected a duration of at least 1ms',
  ],
  ['[sealing]\nrpc_polling_interval = "1ns"', 'sealing.rpc_polling_interval = "1ns" in FILE: expected'],
  ['[sealing]\nseal_interval = 30', 'sealing.seal_interval = 30 in FILE: expected a duration such as'],
  [
    '[sealing]\nmin_deal_space = "8 apples"',
    'sealing.min_deal_space = "8 apples" in FILE: expected a size such as',
  ],
  [
    '[sealing]\nallowed_sizes = ["8MiB", "32GB"]',
    'sealing.allowed_sizes[1] = "32GB" in FILE: expected a sector size',
  ],
  [
    '[sealing]\nallowed_miners = ["f01"]',
    'sealing.allowed_miners[0] = "f01" in FILE: expected a whole number',
  ],
  ['[worker]\nrpc_server.port = 70000', 'worker.rpc_server.port = 70000 in FILE: expected a whole number'],
  ['sealing = 3', 'sealing = 3 in FILE: expected a table'],
  [
    '[sealvisor]\nnames = ["a b"]',
    'sealvisor.names[0] = "a b" in FILE: expected a host name such as seal-7.lan',
  ],
  [
    '[[processors.pc1]]\nstable_wait = "x"',
    'processors.pc1[0].stable_wait = "x" in FILE: expected a duration',
  ],
  [
    '[[processors.pc1]]\nenvs = { TOKEN = 12345 }',
    'processors.pc1[0].envs.TOKEN = (secret) in FILE: expected a text',
  ],
])('%j is told with key, value and what is expected', (head, message) => {
  expect(faultOf(minimal({ head }))).toEqual({
    code: 'config_invalid',
    message: expect.stringContaining(message),
  });
});

test.each([
  [
    'plan = "seal"',
    'sealing_thread[0].plan = "seal" in FILE: expected one of sealer, niporep, snapup, rebuild, unseal, wdpost',
  ],
  ['[[sealing_thread]]\nplan = "sealer"', 'sealing_thread[1].location is missing in FILE: expected a text'],
  [
    '[[sealvisor.faults]]\nstage = "c2"\nmessage = "x"\nlevel = "bad"',
    'expected one of temporary, permanent',
  ],
  [
    '[[sealvisor.faults]]\nstage = "c2"\nmessage = "x"\nlevel = "abort"\nthread = 1',
    'sealvisor.faults[0].thread = 1 in FILE: expected the index of a sealing_thread, 0 to 0',
  ],
])('after a thread, %j is told as well', (tail, message) => {
  expect(faultOf(minimal({ tail }))).toEqual({
    code: 'config_invalid',
    message: expect.stringContaining(message),
  });
});

test('no manager, a wrong manager and no thread at all are named', () => {
  const thread = '[[sealing_thread]]\nlocation = "/nowhere"\n';
  expect(faultOf(thread).message).toContain('sector_manager is missing in FILE');
  const wrong = faultOf(`${thread}[sector_manager]\nrpc_client.addr = "127.0.0.1:1789"`);
  expect(wrong.message).toContain(
    'rpc_client.addr = "127.0.0.1:1789" in FILE: expected a multiaddr such as /ip4/',
  );
  const manager = '[sector_manager]\nrpc_client.addr = "http://h:1"\n';
  expect(faultOf(manager).message).toContain('sealing_thread is missing in FILE: expected at least one');
  expect(faultOf(`sealing_thread = []\n${manager}`).message).toContain(
    'expected at least one [[sealing_thread]]',
  );
});

test.each([
  ['[sealing]\nmax_retrys = 3', '', 'sealing.max_retrys', 'sealing.max_retries'],
  ['[sealling]\nmax_retries = 3', '', 'sealling', 'sealing'],
  ['[worker]\nrpc_server.prot = 1', '', 'worker.rpc_server.prot', 'worker.rpc_server.port'],
  ['max_retries = 3', '', 'max_retries', 'sealing.max_retries'],
  [
    '[[processors.pc1]]\n[[processors.pc1]]\nnuma = 1\nnuma_prefered = 0',
    '',
    'processors.pc1[1].numa_prefered',
    'processors.pc1[1].numa_preferred',
  ],
  ['[processors.limit]\npc11 = 1', '', 'processors.limit.pc11', 'processors.limit.pc1'],
  [
    '',
    'sealing.max_retrys = 1',
    'sealing_thread[0].sealing.max_retrys',
    'sealing_thread[0].sealing.max_retries',
  ],
  ['', '[sealvisor]\nstopgrace = "1s"', 'sealvisor.stopgrace', 'sealvisor.stop_grace'],
])('%j %j: the unknown key is named with its nearest neighbour', (head, tail, key, near) => {
  expect(faultOf(minimal({ head, tail }))).toEqual({
    code: 'config_invalid',
    message: expect.stringContaining(`unknown key ${key} in FILE: did you mean ${near}?`),
  });
});

test('an unknown key like no other is answered with the keys of its table', () => {
  expect(faultOf(minimal({ head: '[metrics]\nzzz = 3' })).message).toBe(
    'unknown key metrics.zzz in FILE: known there are enable, http_listen',
  );
});

test('all faults of a file are told at once, one a line', () => {
  const { message } = faultOf(
    minimal({ head: '[sealing]\nmax_retries = "x"\nmax_retrys = 1\n[metrics]\nenable = 0' }),
  );
  expect(message.split('\n')).toHaveLength(3);
});

test.each([
  [
    'rpc_client.headers = { X-A = "ключ" }',
    'rpc_client.headers.X-A = (secret) in FILE: expected a text of ASCII',
  ],
  [
    'rpc_client.headers = { X-A = "a\\nb" }',
    'rpc_client.headers.X-A = (secret) in FILE: expected a text of ASCII',
  ],
  [
    'rpc_client.headers = { "x a" = "b" }',
    'rpc_client.headers.x a = (secret) in FILE: expected the name of a header',
  ],
  ['piece_token = "tökén"', 'piece_token = (secret) in FILE: expected a text of ASCII'],
])('%j cannot be sent: refused with the key, and what is secret is not printed', (line, message) => {
  const text = minimal().replace('[sector_manager]', `[sector_manager]\n${line}`);
  expect(faultOf(text).message).toContain(`sector_manager.${message}`);
});

test.each(['x'.repeat(129), ' w1', 'w1 ', '\\t', 'a\\nb', 'a\\u001b[1mb', '\\u2028'])(
  'a name that no report could carry (%j) is refused with its key and the rule',
  (name) => {
    expect(faultOf(minimal({ head: `[worker]\nname = "${name}"` })).message).toContain(
      'in FILE: expected a name of 1 to 128 characters, without control characters and without blanks at its ends',
    );
  },
);

test.each(['w', 'a/b', '..', '100%', 'a b', 'ä 工作 🚀', 'x'.repeat(128)])('%j is a name', (name) => {
  const path = tomlFile(minimal({ head: `[worker]\nname = "${name}"` }));
  expect(loadWorkerConfig(path).config.worker.name).toBe(name);
});
