/** The whole key set of the field's worker configuration, and ours under `[sealvisor]` (docs/spec.md#worker-configuration). */
import type * as z from 'zod';
import { faultActs } from '../protocol/fault.js';
import { errorLevels } from '../protocol/level.js';
import { planNames } from '../protocol/plan-names.js';
import { builtinStages, limitNames, stageNames } from '../protocol/stages.js';
import * as field from './field-types.js';
import { notUsedYet } from './known-keys.js';

const { table, list, mapOf } = field;

/** A stage that can be slowed down or made to fail; `-` is what leads out of the states without a named stage. */
export const workNames = [...stageNames, '-'] as const;

export const sealingTable = table({
  allowed_miners: list(field.minerNumber, 'a list of miner numbers').optional(),
  allowed_sizes: list(field.sectorSize, 'a list of sector sizes').optional(),
  enable_deals: field.flag.optional(),
  disable_cc: field.flag.optional(),
  max_deals: field.count.optional(),
  min_deal_space: field.sizeOrBytes.optional(),
  max_retries: field.count.optional(),
  seal_interval: field.interval.optional(),
  recover_interval: field.interval.optional(),
  rpc_polling_interval: field.interval.optional(),
  ignore_proof_check: field.flag.optional(),
  request_task_max_retries: field.count.optional(),
  verify_after_pc2: field.flag.optional(),
});

const attachedTable = table({
  name: field.text.optional(),
  location: field.text,
  readonly: field.flag.optional(),
});

const processorTable = table({
  bin: field.text.optional(),
  args: list(field.anyText, 'a list of texts').optional(),
  stable_wait: field.duration.optional(),
  cgroup: table({ group_name: field.groupName.optional(), cpuset: field.cpuList.optional() }).optional(),
  envs: mapOf(field.anyText).optional(),
  numa_preferred: field.count.optional(),
  concurrent: field.some.optional(),
  locks: field.texts.optional(),
  weight: field.some.optional(),
  auto_restart: field.flag.optional(),
  inherit_envs: field.flag.optional(),
});
const processorTables = list(processorTable, 'a list of tables: [[processors.<stage>]]');

const processorsTable = table({
  limit: perName(limitNames, field.limit).optional(),
  limitation: table({
    concurrent: perName(limitNames, field.limit).optional(),
    staggered: perName(limitNames, field.duration).optional(),
  }).optional(),
  ext_locks: mapOf(field.some).optional(),
  static_tree_d: notUsedYet(mapOf(field.text)),
  ...perName(builtinStages, processorTables).shape,
});

const retryTable = table({
  tries: field.count.optional(),
  first: field.interval.optional(),
  factor: field.factor.optional(),
  cap: field.interval.optional(),
  jitter: field.share.optional(),
}).refine(({ first, cap }) => first === undefined || cap === undefined || first <= cap, {
  path: ['cap'],
  message: 'a duration no shorter than first',
});

const sealvisorTable = table({
  builtin: table({ least: perName(workNames, field.duration).optional() }).optional(),
  faults: list(
    table({
      stage: field.choice(workNames),
      level: field.choice(errorLevels).optional(),
      message: field.text.optional(),
      act: field.choice(faultActs).optional(),
      chance: field.share.optional(),
      times: field.count.optional(),
      thread: field.count.optional(),
    }),
    'a list of tables: [[sealvisor.faults]]',
  ).optional(),
  stop_grace: field.duration.optional(),
  check_before_precommit: field.choice(['auto', 'on', 'off']).optional(),
  largest_output: field.outputSize.optional(),
  spare_threads: field.count.optional(),
  retry: perName(stageNames, retryTable).optional(),
  breaker: table({ after: field.whole(2).optional(), probe: field.interval.optional() }).optional(),
  deadlines: table({
    epoch: field.someTime.optional(),
    ticket: field.count.optional(),
    pre_commit: field.count.optional(),
    margin: field.count.optional(),
  }).optional(),
  space: table({
    enable: field.flag.optional(),
    reserve: field.sizeOrBytes.optional(),
    check_interval: field.interval.optional(),
    needs: perName(limitNames, field.sectorSizes).optional(),
  }).optional(),
  history_rows: field.whole(100).optional(),
  home: field.text.optional(),
  unseal_roots: field.texts.optional(),
  names: list(field.ownHostName, 'a list of names').optional(),
});

export const workerTable = table({
  worker: table({
    name: field.workerName.optional(),
    rpc_server: table({ host: field.text.optional(), port: field.port.optional() }).optional(),
    ping_interval: field.interval.optional(),
    local_pieces_dir: field.text.optional(),
    local_pieces_dirs: field.texts.optional(),
    scan_persist_stores: notUsedYet(field.texts),
  }).optional(),
  metrics: notUsedYet(table({ enable: field.flag.optional(), http_listen: field.text.optional() })),
  sector_manager: table({
    rpc_client: table({ addr: field.managerAddress, headers: field.headers.optional() }),
    piece_token: field.headerText.optional(),
  }),
  sealing: sealingTable.optional(),
  sealing_thread: list(
    table({
      location: field.text.optional(),
      plan: field.choice(planNames).optional(),
      sealing: sealingTable.optional(),
    }).refine(({ location, plan }) => location !== undefined || plan === 'wdpost', {
      path: ['location'],
      message: 'a text in quotes (only plan wdpost does without a store)',
    }),
    'at least one [[sealing_thread]] with its location',
  ).min(1, 'at least one [[sealing_thread]] with its location'),
  remote_store: attachedTable.optional(),
  attached: list(attachedTable, 'a list of tables: [[attached]]').optional(),
  attached_selection: table({ enable_space_weighted: field.flag.optional() }).optional(),
  processors: processorsTable.optional(),
  sealvisor: sealvisorTable.optional(),
});

export type WorkerTable = z.output<typeof workerTable>;
export type SealingTable = z.output<typeof sealingTable>;

/** `<location>/config.toml`: as a `[[sealing_thread]]`, but its location cannot move. */
export const hotTable = table({
  location: field.text.optional(),
  plan: field.choice(planNames).optional(),
  sealing: sealingTable.optional(),
});

function perName<const N extends string, T extends z.ZodType>(names: readonly N[], value: T) {
  // One of each name: fromEntries knows no more of its keys than that they are texts.
  const shape = Object.fromEntries(names.map((name) => [name, value.optional()]));
  return table(shape as Readonly<Record<N, z.ZodOptional<T>>>);
}
