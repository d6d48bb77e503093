import { expect, test } from 'vitest';
import { parseHotConfig } from '#src/config/hot-config.js';
import { checkIntervals, leastIntervalMs } from '#src/config/interval-floor.js';
import { loadWorkerConfig } from '#src/config/worker-config.js';
import { workerTable } from '#src/config/worker-schema.js';
import { minimal, thrownBy, tomlFile } from '../tools/config/setup.js';

const far = (head: string) => tomlFile(minimal({ head }).replace('127.0.0.1', '10.0.0.5'));

test.each([
  ['[worker]\nping_interval', 'worker.ping_interval'],
  ['[sealing]\nseal_interval', 'sealing.seal_interval'],
  ['[sealing]\nrecover_interval', 'sealing.recover_interval'],
  ['[sealing]\nrpc_polling_interval', 'sealing.rpc_polling_interval'],
  ['[sealvisor]\nretry.pc1.first', 'sealvisor.retry.pc1.first'],
  ['[sealvisor]\nretry.pc1.cap', 'sealvisor.retry.pc1.cap'],
  ['[sealvisor]\nbreaker.probe', 'sealvisor.breaker.probe'],
  ['[sealvisor]\nspace.check_interval', 'sealvisor.space.check_interval'],
])('%s below 100ms is refused with its key, unless the manager is on this machine', (line, key) => {
  const path = far(`${line} = "99ms"`);
  expect(thrownBy(() => loadWorkerConfig(path))).toMatchObject({
    code: 'config_invalid',
    message: `${key} = "99ms" in ${path}: expected a duration of at least 100ms, such as 30s or 5min`,
  });
  expect(loadWorkerConfig(far(`${line} = "100ms"`)).warnings).toEqual([]);
  expect(loadWorkerConfig(tomlFile(minimal({ head: `${line} = "1ms"` }))).warnings).toEqual([]);
});

test('each of several is named, also those of single threads', () => {
  const raw = {
    sealing: { seal_interval: '2ms' },
    sealing_thread: [{ location: '/a' }, { location: '/b', sealing: { recover_interval: '3ms' } }],
  };
  const fault = thrownBy(() => checkIntervals(workerTable, raw, 'FILE', 100)) as Error;
  expect(fault.message.split('\n').map((line) => line.split(' ')[0])).toEqual([
    'sealing.seal_interval',
    'sealing_thread[1].sealing.recover_interval',
  ]);
});

test('the length of an epoch is not an interval', () => {
  expect(loadWorkerConfig(far('[sealvisor]\ndeadlines.epoch = "1ms"')).warnings).toEqual([]);
});

test('a hot configuration is held to the same', () => {
  const [thread] = loadWorkerConfig(tomlFile(minimal())).config.threads;
  if (!thread) throw new Error('no thread');
  const text = 'sealing.rpc_polling_interval = "20ms"';
  expect(thrownBy(() => parseHotConfig(text, thread, 100))).toMatchObject({
    message: expect.stringMatching(/^sealing\.rpc_polling_interval = "20ms" in \S+config\.toml: expected/),
  });
  expect(parseHotConfig(text, thread, 1).sealing.rpcPollingIntervalMs).toBe(20);
});

test.each([
  ['http://127.0.0.1:1789', 1],
  ['http://127.1.2.3:1', 1],
  ['http://localhost:1', 1],
  ['http://[::1]:1', 1],
  ['http://10.0.0.5:1', 100],
  ['https://manager.lan', 100],
  ['http://127.0.0.1.evil.example', 100],
])('with the manager at %s the shortest is %d ms', (url, ms) => {
  expect(leastIntervalMs(url)).toBe(ms);
});
