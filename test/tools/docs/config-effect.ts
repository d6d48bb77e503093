/** What a worker does with a key of its file, found by setting it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'smol-toml';
import { configChanges } from '#src/config/diff.js';
import { loadWorkerConfig, type WorkerConfig } from '#src/config/worker-config.js';
import type { KeyText } from './config-keys.js';

/** A configuration with one item in each list, so that a key can be set in it. */
const base = {
  sector_manager: { rpc_client: { addr: 'http://127.0.0.1:1789' } },
  sealing_thread: [{ location: '/nowhere/store1' }],
  attached: [
    { name: 'far', location: '/nowhere/far' },
    { name: 'last', location: '/nowhere/last' },
  ],
  processors: { ext_locks: { gpu: 2 }, pc1: [{}] },
  sealvisor: { home: '/nowhere/home', faults: [{ stage: 'c2', level: 'permanent', message: 'no' }] },
};

/** What has an effect only beside another key. */
const beside: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'remote_store.<key>': { 'remote_store.location': '/nowhere/old' },
  'sealing.disable_cc': { 'sealing.enable_deals': true },
  'sealing.max_deals': { 'sealing.enable_deals': true },
  'sealing.min_deal_space': { 'sealing.enable_deals': true },
  'processors.<stage>[].cgroup.group_name': { 'processors.pc1[].cgroup.cpuset': '0' },
  'processors.ext_locks.<name>': { 'processors.pc1[].locks': ['gpu'] },
};

/** Names in tables that take any. */
const anyName: Readonly<Record<string, string>> = {
  'processors.ext_locks.<name>': 'gpu',
  'processors.static_tree_d.<name>': '2KiB',
};

export interface Effect {
  readonly taken: 'reload' | 'restart' | 'nothing';
  /** As the worker names it. */
  readonly path: string;
  readonly before: WorkerConfig;
  readonly after: WorkerConfig;
  readonly warnings: readonly string[];
}

export function effectOf({ key, names = [], example }: KeyText): Effect {
  // One of its names stands for all.
  const name = names.includes('pc1') ? 'pc1' : (names[0] ?? anyName[key] ?? 'some');
  const path = key.replace(/<\w+>/, name);
  const around = Object.entries(beside[key] ?? {}).reduce(withKey, base);
  const before = load(around);
  const after = load(withKey(around, [path, example]));
  const kinds = configChanges(before.config, after.config).map(({ kind }) => kind);
  return {
    taken: kinds.length === 0 ? 'nothing' : kinds.includes('restart') ? 'restart' : 'reload',
    path: path.replaceAll('[]', '[0]'),
    before: before.config,
    after: after.config,
    warnings: after.warnings,
  };
}

export function baseConfig(): WorkerConfig {
  return load(base).config;
}

function load(raw: object): ReturnType<typeof loadWorkerConfig> {
  const dir = mkdtempSync(join(tmpdir(), 'sealvisor-docs-'));
  try {
    const path = join(dir, 'worker.toml');
    writeFileSync(path, stringify(raw));
    return loadWorkerConfig(path);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** The same with a value at a path; a list has it in its first item. */
function withKey(raw: object, [path, value]: readonly [path: string, value: unknown]): object {
  const [part = '', ...rest] = path.split('.');
  if (rest.length === 0) return { ...raw, [part]: value };
  const key = part.replace('[]', '');
  const inner: unknown = Reflect.get(raw, key);
  const within = (table: unknown) =>
    withKey(typeof table === 'object' && table !== null ? table : {}, [rest.join('.'), value]);
  if (!part.endsWith('[]')) return { ...raw, [key]: within(inner) };
  const [first, ...others]: readonly unknown[] = Array.isArray(inner) ? inner : [];
  return { ...raw, [key]: [within(first), ...others] };
}
