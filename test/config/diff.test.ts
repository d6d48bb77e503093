import fc from 'fast-check';
import { expect, test } from 'vitest';
import { configChanges } from '#src/config/diff.js';
import { loadWorkerConfig, type WorkerConfig } from '#src/config/worker-config.js';
import type { ConfigChange } from '#src/protocol/worker.js';
import { minimal, tomlFile } from '../tools/config/setup.js';

const load = (text: string) => loadWorkerConfig(tomlFile(text)).config;
const thread = (location: string, keys = '') => `[[sealing_thread]]\nlocation = "${location}"\n${keys}\n`;
const withHead = (head: string) => load(minimal({ head }));
const first = 'sealing_thread "/nowhere/store1"';

/** A change as one line: `kind what: from > to`. */
const lines = (changes: readonly ConfigChange[]) =>
  changes.map(({ kind, what, from, to }) => `${kind} ${what}: ${from ?? '-'} > ${to ?? '-'}`);

test('a file that says the same in other words changes nothing', () => {
  const running = withHead(
    '[sealing]\nseal_interval = "30s"\nmin_deal_space = "2KiB"\n[processors.limit]\npc1 = 2',
  );
  const wanted = withHead(
    '[processors.limitation.concurrent]\npc1 = 2\n[sealing]\nmin_deal_space = 2048\nseal_interval = "30000ms"',
  );
  expect(configChanges(running, wanted)).toEqual([]);
});

test.each([
  ['[worker]\nping_interval = "1min 30s"', 'worker.ping_interval: 30s > 1m 30s'],
  ['[sealing]\nmax_retries = 9', `${first} sealing.max_retries: 5 > 9`],
  ['[sealing]\nallowed_sizes = ["8MiB", "32GiB"]', `${first} sealing.allowed_sizes: - > [8MiB, 32GiB]`],
  ['[sealing]\nmin_deal_space = "2GiB"', `${first} sealing.min_deal_space: - > 2GiB`],
  ['[processors.limit]\npc1 = 4', 'processors.limit.pc1: - > 4'],
  ['[processors.limitation.concurrent]\npc2 = 1', 'processors.limit.pc2: - > 1'],
  ['[processors.limitation.staggered]\npc1 = "5min"', 'processors.limitation.staggered.pc1: - > 5m'],
  ['[sealvisor]\ncheck_before_precommit = "on"', 'sealvisor.check_before_precommit: auto > on'],
  ['[sealvisor]\nlargest_output = "8GiB"', 'sealvisor.largest_output: 4GiB > 8GiB'],
  ['[sealvisor]\nstop_grace = "1min"', 'sealvisor.stop_grace: 30s > 1m'],
  ['[sealvisor]\nretry.c2.first = "2s"', 'sealvisor.retry.c2.first: - > 2s'],
  ['[sealvisor]\nretry.c2.jitter = 0.5', 'sealvisor.retry.c2.jitter: - > 0.5'],
  ['[sealvisor]\nbreaker.probe = "10s"', 'sealvisor.breaker.probe: 5m > 10s'],
  ['[sealvisor]\ndeadlines.pre_commit = 99', 'sealvisor.deadlines.pre_commit: 86550 > 99'],
  [
    '[[attached]]\nlocation = "/far"\nreadonly = true',
    'attached "/far": - > name = "/far", location = "/far", readonly = true',
  ],
])('%j can be had without a restart, and what is taken out goes back', (head, line) => {
  const [running, wanted] = [load(minimal()), withHead(head)];
  const [, what, from, to] = /^(.*): (.*) > (.*)$/.exec(line) ?? [];
  expect(lines(configChanges(running, wanted))).toEqual([`changed ${line}`]);
  expect(lines(configChanges(wanted, running))).toEqual([`changed ${what}: ${to} > ${from}`]);
});

test.each([
  ['[worker]\nname = "w1"', 'worker.name: - > w1'],
  ['[worker]\nrpc_server.host = "::1"', 'worker.rpc_server.host: 0.0.0.0 > ::1'],
  ['[worker]\nrpc_server.port = 1', 'worker.rpc_server.port: 17890 > 1'],
  ['[worker]\nlocal_pieces_dir = "/pieces"', 'worker.local_pieces_dirs: [] > ["/pieces"]'],
  [
    '[[processors.pc1]]\n',
    'processors.pc1[0]: - > stable_wait = "5s", envs = [], inherit_envs = true, auto_restart = true',
  ],
  ['[sealvisor]\nspare_threads = 1', 'sealvisor.spare_threads: 0 > 1'],
  ['[sealvisor]\nhistory_rows = 500', 'sealvisor.history_rows: 10000 > 500'],
  ['[sealvisor]\nhome = "/home"', 'sealvisor.home: /nowhere/store1 > /home'],
  ['[sealvisor]\nbuiltin.least.pc1 = "2s"', 'sealvisor.builtin.least.pc1: - > 2s'],
  [
    '[[sealvisor.faults]]\nstage = "c2"\nact = "exit"',
    'sealvisor.faults[0]: - > stage = "c2", level = "permanent", message = "", times = 0, act = "exit"',
  ],
])('%j takes a restart', (head, line) => {
  expect(lines(configChanges(load(minimal()), withHead(head)))).toEqual([`restart ${line}`]);
});

test('a thread is known by its location: others come, go and change place around it', () => {
  const running = load(`${minimal({ location: '/a' })}${thread('/b')}${thread('/c')}`);
  const wanted = load(
    `${minimal({ location: '/c' })}${thread('/a', 'plan = "unseal"\nsealing.max_retries = 1')}${thread('/d', 'plan = "snapup"')}`,
  );
  expect(lines(configChanges(running, wanted))).toEqual([
    'restart sealing_thread "/c" index: 2 > 0',
    'restart sealing_thread "/a" index: 0 > 1',
    'changed sealing_thread "/a" plan: sealer > unseal',
    'changed sealing_thread "/a" sealing.max_retries: 5 > 1',
    'removed sealing_thread "/b": sealer > -',
    'added sealing_thread "/d": - > snapup',
    'restart sealvisor.home: /a > /c',
  ]);
});

test('changes are told in the order of the file, also those of what is no longer in it', () => {
  const wanted = load(`[sealvisor]
history_rows = 100
[processors.limit]
c2 = 1
[sealing]
max_retries = 1
[worker]
ping_interval = "1s"
${minimal({ tail: thread('/nowhere/store2') })}`);
  const order = [
    'worker.ping_interval',
    `${first} sealing.max_retries`,
    'sealing_thread "/nowhere/store2"',
    'processors.limit.c2',
    'sealvisor.history_rows',
  ];
  const whats = (changes: readonly ConfigChange[]) => changes.map(({ what }) => what);
  expect(whats(configChanges(load(minimal()), wanted))).toEqual(order);
  expect(whats(configChanges(wanted, load(minimal())))).toEqual(order);
});

const secretly = (word: string) =>
  load(`[sector_manager]
rpc_client.addr = "http://me:${word}@manager:1?token=${word}"
rpc_client.headers = { Authorization = "${word}" }
piece_token = "${word}"
[remote_store]
location = "/nowhere/far"
${thread('/nowhere/store1')}
[[processors.pc1]]
envs = { TOKEN = "${word}" }`);

test('what is secret is told to have changed, and never printed', () => {
  const changes = configChanges(secretly('verysecret1'), secretly('verysecret2'));
  const child = 'stable_wait = "5s", envs = ["TOKEN"], inherit_envs = true, auto_restart = true';
  expect(lines(changes)).toEqual([
    'restart sector_manager.rpc_client.addr: http://manager:1 > (changed)',
    'restart sector_manager.rpc_client.headers.Authorization: (secret) > (changed)',
    'restart sector_manager.piece_token: (secret) > (changed)',
    `restart processors.pc1[0]: ${child} > (changed)`,
  ]);
  const least = load(minimal());
  const around = [
    ...configChanges(least, secretly('verysecret')),
    ...configChanges(secretly('verysecret'), least),
  ];
  expect(around.map(({ what }) => what)).toContain('sector_manager.piece_token');
  expect(JSON.stringify([changes, around])).not.toContain('verysecret');
});

type Path = readonly (string | number)[];

/** Every value of a configuration that is no table and no list of tables. */
function leaves(value: unknown, path: Path = []): readonly Path[] {
  const isTables = Array.isArray(value) && value.some((item) => typeof item === 'object');
  if (typeof value !== 'object' || value === null || (Array.isArray(value) && !isTables)) return [path];
  return Object.entries(value).flatMap(([key, part]) => leaves(part, [...path, key]));
}

/** The same with another value at `path`, of the same kind. */
function other(value: unknown, [key, ...rest]: Path): unknown {
  if (key !== undefined && typeof value === 'object' && value !== null) {
    const copy: unknown = Array.isArray(value) ? [...value] : { ...value };
    Reflect.set(copy as object, key, other(Reflect.get(value, key), rest)); // an object, made just now
    return copy;
  }
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (key === undefined && value === 'pc1') return 'pc2';
  if (typeof value === 'string') return `${value}x`;
  return Array.isArray(value) ? [...value, 1] : [1];
}

const everything = () =>
  load(`[worker]
name = "w"
local_pieces_dirs = ["/p"]
[sector_manager]
rpc_client.addr = "http://manager"
rpc_client.headers = { a = "b" }
piece_token = "t"
[sealing]
allowed_miners = [1]
allowed_sizes = ["8MiB"]
max_deals = 1
min_deal_space = "8MiB"
${thread('/a')}
${thread('/b')}
[[attached]]
location = "/far"
[processors.limit]
pc1 = 1
[processors.limitation.staggered]
pc1 = "1s"
[[processors.pc1]]
envs = { A = "b" }
[sealvisor]
builtin.least.pc1 = "1s"
retry.pc1 = { tries = 1, first = "1s", factor = 2, cap = "1min", jitter = 0 }
[[sealvisor.faults]]
stage = "c2"
level = "abort"
message = "m"
act = "exit"
chance = 1
thread = 0`);

test('each value of a configuration that is another is told once; its path is none of them', () => {
  const running = everything();
  expect(configChanges(running, running)).toEqual([]);
  const counts = new Map(
    leaves(running).map((path) => {
      // Of the same shape: `other` keeps it.
      const wanted = other(running, path) as WorkerConfig;
      return [path.join('.'), configChanges(running, wanted).length] as const;
    }),
  );
  expect(counts.size).toBeGreaterThan(60);
  const notOnce = [...counts].filter(([, count]) => count !== 1);
  // A thread elsewhere, a store of another name, and a child for another stage, are one that goes and one that comes.
  expect(Object.fromEntries(notOnce)).toEqual({
    path: 0,
    'attached.0.name': 2,
    'threads.0.location': 2,
    'threads.1.location': 2,
    'processors.0.stage': 2,
  });
});

const limits = fc.dictionary(fc.constantFrom('pc1', 'pc2', 'c2'), fc.integer({ min: 1, max: 3 }));
const someConfig = fc
  .record({
    locations: fc.uniqueArray(fc.constantFrom('/a', '/b', '/c', '/d'), { minLength: 1 }),
    limits,
    staggeredMs: limits,
    tries: limits,
    port: fc.integer({ min: 1, max: 2 }),
    maxRetries: fc.integer({ min: 1, max: 2 }),
  })
  .map(({ locations, tries, port, maxRetries, ...rest }): WorkerConfig => {
    const config = base();
    const [one] = config.threads;
    if (!one) throw new Error('no thread');
    const sealing = { ...one.sealing, maxRetries };
    return {
      ...config,
      ...rest,
      worker: { ...config.worker, port },
      threads: locations.map((location, index) => ({ ...one, index, location, sealing })),
      retry: Object.fromEntries(Object.entries(tries).map(([stage, n]) => [stage, { tries: n }])),
    };
  });
const base = () => loadWorkerConfig('fixtures/damocles-worker.toml').config;

test('of any two configurations, each key is named once, and the way back is the same the other way round', () => {
  const turned = { added: 'removed', removed: 'added', changed: 'changed', restart: 'restart' } as const;
  const sorted = (changes: readonly ConfigChange[]) => lines(changes).sort();
  fc.assert(
    fc.property(someConfig, someConfig, (running, wanted) => {
      const [there, back] = [configChanges(running, wanted), configChanges(wanted, running)];
      expect(new Set(there.map(({ what }) => what)).size).toBe(there.length);
      expect(configChanges(wanted, wanted)).toEqual([]);
      const reversed = back.map(({ kind, what, from, to }) => ({
        kind: turned[kind],
        what,
        from: to,
        to: from,
      }));
      expect(sorted(reversed)).toEqual(sorted(there));
    }),
  );
});
