/** What a worker does with a key of its file, found by setting it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'smol-toml';
import { configChanges } from '#src/config/diff.js';
import { loadWorkerConfig, type WorkerConfig } from '#src/config/worker-config.js';
import type { KeyRow } from './config-rows.js';

/** A configuration with one item in each list, so that a key can be set in it. */
export const base = {
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
  'processors.<stage>[].cgroup.group_name': { 'processors.pc1[0].cgroup.cpuset': '0' },
  'processors.ext_locks.<name>': { 'processors.pc1[0].locks': ['gpu'] },
};

/** Names in tables that take any. */
const anyName: Readonly<Record<string, string>> = {
  'processors.ext_locks.<name>': 'gpu',
  'processors.static_tree_d.<name>': '2KiB',
};

export interface Effect {
  readonly applied: KeyRow['applied'];
  /** As the worker names it. */
  readonly path: string;
  readonly before: WorkerConfig;
  readonly after: WorkerConfig;
  readonly warnings: readonly string[];
}

/** A path that a row stands for: one of its names stands for all, the first item for its list. */
export function pathOf({ key, names }: KeyRow): string {
  const name = names.includes('pc1') ? 'pc1' : (anyName[key] ?? 'some');
  return key.replace('.<key>', '').replace(/<\w+>/, name).replaceAll('[]', '[0]');
}

export function effectOf(row: KeyRow): Effect {
  const path = pathOf(row);
  const around = Object.entries(beside[row.key] ?? {}).reduce(withKey, base);
  const before = load(around);
  const after = load(withKey(around, [path, row.example]));
  const kinds = configChanges(before.config, after.config).map(({ kind }) => kind);
  return {
    applied: kinds.length === 0 ? 'never' : kinds.includes('restart') ? 'restart' : 'reload',
    path,
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
  const key = part.replace('[0]', '');
  const inner: unknown = Reflect.get(raw, key);
  const within = (table: unknown) =>
    withKey(typeof table === 'object' && table !== null ? table : {}, [rest.join('.'), value]);
  if (!part.endsWith('[0]')) return { ...raw, [key]: within(inner) };
  const [first, ...others]: readonly unknown[] = Array.isArray(inner) ? inner : [];
  return { ...raw, [key]: [within(first), ...others] };
}
