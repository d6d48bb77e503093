/** Every key of the field's worker configuration (SPEC section 4). `used` keys are typed in worker-schema.ts. */

const sealing = [
  'allowed_miners',
  'allowed_sizes',
  'enable_deals',
  'disable_cc',
  'max_deals',
  'min_deal_space',
  'max_retries',
  'seal_interval',
  'recover_interval',
  'rpc_polling_interval',
  'ignore_proof_check',
  'request_task_max_retries',
  'verify_after_pc2',
];
const unusedSealing = new Set(['ignore_proof_check', 'request_task_max_retries', 'verify_after_pc2']);
const processor = [
  'bin',
  'args',
  'stable_wait',
  'cgroup',
  'cgroup.group_name',
  'cgroup.cpuset',
  'envs',
  'envs.*',
  'numa_preferred',
  'concurrent',
  'weight',
  'locks',
  'locks.*',
  'auto_restart',
  'inherit_envs',
];
const stages = [
  'add_pieces',
  'tree_d',
  'pc1',
  'pc2',
  'c1',
  'c2',
  'snap_encode',
  'snap_prove',
  'transfer',
  'unseal',
  'window_post',
];
const under = (prefix: string, keys: readonly string[]) => [prefix, ...keys.map((key) => `${prefix}.${key}`)];

const used = [
  ...under('worker', ['name', 'rpc_server', 'rpc_server.host', 'rpc_server.port', 'ping_interval']),
  ...under('worker', ['local_pieces_dir', 'local_pieces_dirs']),
  ...under('sector_manager', ['rpc_client', 'rpc_client.addr', 'rpc_client.headers', 'rpc_client.headers.*', 'piece_token']),
  ...under(
    'sealing',
    sealing.filter((key) => !unusedSealing.has(key)),
  ),
  ...under('sealing_thread', ['location', 'plan', 'sealing']),
  ...sealing.filter((key) => !unusedSealing.has(key)).map((key) => `sealing_thread.sealing.${key}`),
  ...under('attached', ['name', 'location', 'readonly']),
  ...under('remote_store', ['name', 'location']),
  ...under('sealvisor', ['builtin', 'builtin.least', 'builtin.least.*', 'stop_grace', 'faults']),
  ...under('sealvisor.faults', ['stage', 'level', 'message', 'times', 'thread']),
  'processors',
];

const knownOnly = [
  ...under('metrics', ['enable', 'http_listen']),
  ...under('attached_selection', ['enable_space_weighted']),
  'worker.scan_persist_stores',
  ...[...unusedSealing].flatMap((key) => [`sealing.${key}`, `sealing_thread.sealing.${key}`]),
  ...under('processors.limit', ['*']),
  'processors.limitation',
  ...under('processors.limitation.concurrent', ['*']),
  ...under('processors.limitation.staggered', ['*']),
  ...under('processors.ext_locks', ['*']),
  ...under('processors.static_tree_d', ['*']),
  ...stages.flatMap((stage) => under(`processors.${stage}`, processor)),
];

export const usedKeys: ReadonlySet<string> = new Set(used);
export const knownKeys: ReadonlySet<string> = new Set([...used, ...knownOnly]);
