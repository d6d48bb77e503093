import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { loadWorkerConfig } from '#src/config/worker-config.js';
import { freshDir, minimal, thrownBy, tomlFile } from '../tools/config/setup.js';

const load = (text: string) => loadWorkerConfig(tomlFile(text));

test('the least configuration gets upstream’s defaults', () => {
  const path = tomlFile(minimal());
  const { config, warnings } = loadWorkerConfig(path);
  expect(warnings).toEqual([]);
  expect(config).toEqual({
    path,
    worker: { host: '0.0.0.0', port: 17890, pingIntervalMs: 30_000, localPiecesDirs: [] },
    manager: { url: 'http://127.0.0.1:1789', headers: {} },
    threads: [
      {
        index: 0,
        location: '/nowhere/store1',
        plan: 'sealer',
        sealing: {
          allowedMiners: null,
          allowedSizes: null,
          enableDeals: false,
          disableCc: false,
          maxDeals: null,
          minDealSpace: null,
          maxRetries: 5,
          sealIntervalMs: 30_000,
          recoverIntervalMs: 60_000,
          rpcPollingIntervalMs: 180_000,
          ignoreProofCheck: false,
          requestTaskMaxRetries: 3,
          verifyAfterPc2: false,
        },
      },
    ],
    attached: [{ name: 'far', location: '/nowhere/far', readonly: false }],
    processors: [],
    extLocks: {},
    builtinLeastMs: {},
    faults: [],
    stopGraceMs: 30_000,
    checkBeforePreCommit: 'auto',
    largestOutput: 4 * 2 ** 30,
    spareThreads: 0,
    limits: {},
    staggeredMs: {},
    retry: {},
    breaker: { after: 3, probeMs: 300_000 },
    deadlines: { epochMs: 30_000, ticket: 2880, preCommit: 86_550, margin: 60 },
    space: {
      isEnabled: true,
      reserveBytes: 2 ** 20,
      checkIntervalMs: 30_000,
      needs: {},
      isStoreWeighted: false,
    },
    historyRows: 10_000,
    unsealRoots: [],
    names: [],
    home: '/nowhere/store1',
  });
});

test('every part of the configuration is frozen', () => {
  const { config } = loadWorkerConfig('fixtures/damocles-worker.toml');
  const isFrozen = (value: unknown): boolean =>
    typeof value !== 'object' ||
    value === null ||
    (Object.isFrozen(value) && Object.values(value).every(isFrozen));
  expect(isFrozen(config)).toBe(true);
});

test('the mock fixture is the old spelling: relative locations, one remote store, no warnings', () => {
  const { config, warnings } = loadWorkerConfig('fixtures/venus-worker.mock.toml');
  expect(warnings).toEqual([]);
  expect(config.threads.map((thread) => thread.location)).toEqual(
    ['store1', 'store2', 'store3'].map((name) => resolve('mock-tmp', name)),
  );
  expect(config.threads[2]?.sealing).toMatchObject({
    allowedSizes: [8 * 2 ** 20],
    enableDeals: true,
    maxRetries: 3,
  });
  const remote = resolve('mock-tmp/remote');
  expect(config.attached).toEqual([{ name: remote, location: remote, readonly: false }]);
});

test("today's spelling is read in full", () => {
  const { config } = loadWorkerConfig('fixtures/damocles-worker.toml');
  expect(config.worker).toEqual({
    name: 'worker-#1',
    host: '127.0.0.1',
    port: 17891,
    pingIntervalMs: 60_000,
    localPiecesDirs: [resolve('mock-tmp/pieces1'), resolve('mock-tmp/pieces2')],
  });
  expect(config.manager).toEqual({
    url: 'https://manager.example:1789',
    headers: { 'User-Agent': 'jsonrpc-core-client' },
    pieceToken: 'a-token',
  });
  expect(config.limits).toEqual({ pc1: 3, c2: 1 });
  expect(config.staggeredMs).toEqual({ pc1: 300_000 });
  expect(config.attached).toEqual([
    { name: 'persist-store1', location: resolve('mock-tmp/remote1'), readonly: false },
    { name: resolve('mock-tmp/remote2'), location: resolve('mock-tmp/remote2'), readonly: true },
  ]);
});

test('a thread overrides any sealing key and inherits the others', () => {
  const [first, second, third] = loadWorkerConfig('fixtures/damocles-worker.toml').config.threads;
  expect(first?.sealing).toMatchObject({
    allowedMiners: [10123, 10124],
    maxRetries: 3,
    minDealSpace: 8 * 2 ** 30,
  });
  expect(first?.sealing).toMatchObject({ recoverIntervalMs: 90_000, rpcPollingIntervalMs: 7_500_000 });
  expect(second).toMatchObject({
    plan: 'snapup',
    sealing: { allowedMiners: [10125], maxRetries: 10, maxDeals: 3 },
  });
  expect(third?.sealing).toMatchObject({ allowedSizes: [8 * 2 ** 20], sealIntervalMs: 500, maxRetries: 3 });
});

test('each key of upstream’s without effect here is warned of once, with its full path', () => {
  const { warnings } = loadWorkerConfig('fixtures/damocles-worker.toml');
  expect(warnings.map((line) => line.replace(/ is known but not used yet$/, ''))).toEqual([
    'worker.scan_persist_stores',
    'metrics.enable',
    'metrics.http_listen',
    'processors.static_tree_d',
  ]);
});

test('empty tables of upstream’s warn of nothing', () => {
  const head = '[metrics]\n[processors.limit]\n[processors.ext_locks]\n[attached_selection]';
  expect(load(minimal({ head })).warnings).toEqual([]);
});

test('the fixture of the missing parameters makes every C2 fail for good', () => {
  const { config, warnings } = loadWorkerConfig('fixtures/no-cached-parameters.toml');
  expect(warnings).toEqual([]);
  expect(config.faults).toMatchObject([{ stage: 'c2', level: 'permanent', times: 0 }]);
  expect(config.faults[0]?.message).toMatch(/^No cached parameters found for stacked-.*\.params\]$/);
  expect(config.faults[0]).not.toHaveProperty('thread');
  expect(config.threads).toHaveLength(3);
});

test('our own keys: least times, faults for one thread, the grace of a stop', () => {
  const tail = `[sealvisor]
stop_grace = "2s"
builtin.least = { pc1 = "2s", c2 = "500ms" }
[[sealvisor.faults]]
stage = "pc1"
level = "temporary"
message = "no luck"
times = 2
thread = 0`;
  const { config } = load(minimal({ tail }));
  expect(config.stopGraceMs).toBe(2000);
  expect(config.builtinLeastMs).toEqual({ pc1: 2000, c2: 500 });
  expect(config.faults).toEqual([
    { stage: 'pc1', level: 'temporary', message: 'no luck', times: 2, thread: 0 },
  ]);
});

test('two threads on one location are refused, also through a link to a directory above it', async () => {
  const { mkdirSync, symlinkSync } = await import('node:fs');
  const dir = freshDir();
  mkdirSync(`${dir}/real`);
  symlinkSync(`${dir}/real`, `${dir}/link`);
  const text = minimal({
    location: `${dir}/real/not-yet/store`,
    tail: `[[sealing_thread]]\nlocation = "${dir}/other"\n[[sealing_thread]]\nlocation = "${dir}/link/not-yet/../not-yet/store"`,
  });
  expect(thrownBy(() => load(text))).toMatchObject({
    code: 'location_shared',
    message: expect.stringMatching(/sealing_thread\[0\] and sealing_thread\[2\].*real\/not-yet\/store/),
    data: { threads: [0, 2] },
  });
});

test.each(['10KiB', 'much'])('a largest output of %s is refused with its key', (size) => {
  expect(() => load(minimal({ head: `[sealvisor]\nlargest_output = "${size}"` }))).toThrow(
    expect.objectContaining({
      code: 'config_invalid',
      message: expect.stringMatching(/sealvisor\.largest_output = .*a size/),
    }),
  );
});
