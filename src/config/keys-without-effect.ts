/** Keys that a file sets without effect: one line each, with the key's path and the reason. */
import { plans } from '../../machines/plans/index.js';
import { builtinStages, stageNames } from '../protocol/stages.js';
import { processorKey } from './processor-config.js';
import type { SealingTable } from './sealing-schema.js';
import type { ThreadConfig } from './thread-config.js';
import type { WorkerTable } from './worker-schema.js';

export function keysWithoutEffect(table: WorkerTable, threads: readonly ThreadConfig[]): readonly string[] {
  return [
    ...overruledPieces(table),
    ...dealKeys(table, threads),
    ...limitKeys(table),
    ...processorKeys(table),
    ...sealvisorKeys(table),
  ];
}

function overruledPieces({ worker = {} }: WorkerTable): readonly string[] {
  if (worker.local_pieces_dir === undefined || worker.local_pieces_dirs === undefined) return [];
  return ['worker.local_pieces_dir has no effect beside worker.local_pieces_dirs'];
}

const dealsOnly = ['max_deals', 'min_deal_space'] as const;

/** Keys about deals where no thread takes any. Hot configurations are not considered: they come and go. */
function dealKeys({ sealing, sealing_thread: tables }: WorkerTable, threads: readonly ThreadConfig[]) {
  const ofDeals = (path: string, table: SealingTable | undefined, its: readonly ThreadConfig[]) => {
    if (its.some(({ plan, sealing: { enableDeals } }) => plans[plan].deals === 'always' || enableDeals))
      return [];
    return dealsOnly
      .filter((key) => table?.[key] !== undefined)
      .map((key) => `${path}.${key} has no effect without enable_deals`);
  };
  const never = threads.filter(
    ({ plan, sealing: { disableCc, enableDeals } }) =>
      plans[plan].deals === 'enabled' && disableCc && !enableDeals,
  );
  return [
    ...ofDeals('sealing', sealing, threads),
    ...tables.flatMap((table, at) =>
      ofDeals(`sealing_thread[${at}].sealing`, table.sealing, threads.slice(at, at + 1)),
    ),
    ...never.map(
      ({ index }) => `sealing_thread[${index}] seals nothing: disable_cc is set without enable_deals`,
    ),
  ];
}

function limitKeys({ processors = {}, sealvisor = {} }: WorkerTable): readonly string[] {
  const { limit = {}, limitation = {} } = processors;
  const overruled = Object.keys(limit)
    .filter((stage) => Object.hasOwn(limitation.concurrent ?? {}, stage))
    .map(
      (stage) => `processors.limit.${stage} has no effect beside processors.limitation.concurrent.${stage}`,
    );
  const tables = {
    'processors.limit': limit,
    'processors.limitation.concurrent': limitation.concurrent,
    'processors.limitation.staggered': limitation.staggered,
    'sealvisor.space.needs': sealvisor.space?.needs,
  };
  const known: readonly string[] = stageNames;
  const nobodys = Object.entries(tables).flatMap(([path, table = {}]) =>
    Object.keys(table)
      .filter((stage) => !known.includes(stage))
      .map((stage) => `${path}.${stage} has no effect: no plan has such a stage`),
  );
  return [...overruled, ...nobodys];
}

function processorKeys({ processors = {} }: WorkerTable): readonly string[] {
  const tables = builtinStages.flatMap((stage) =>
    (processors[stage] ?? []).map((table, at) => ({ key: processorKey(stage, at), ...table })),
  );
  const wanted = new Set(tables.flatMap(({ locks = [] }) => locks));
  const unwanted = Object.keys(processors.ext_locks ?? {}).filter((name) => !wanted.has(name));
  const groups = tables.filter(
    ({ cgroup = {} }) => cgroup.group_name !== undefined && cgroup.cpuset === undefined,
  );
  return [
    ...unwanted.map(
      (name) => `processors.ext_locks.${name} has no effect: no processor names it in its locks`,
    ),
    ...groups.map(({ key }) => `${key}.cgroup.group_name has no effect without cgroup.cpuset`),
  ];
}

function sealvisorKeys({ sealvisor = {} }: WorkerTable): readonly string[] {
  return (sealvisor.faults ?? []).flatMap((fault, at) =>
    (['level', 'message'] as const)
      .filter((key) => fault.act !== undefined && fault[key] !== undefined)
      .map((key) => `sealvisor.faults[${at}].${key} has no effect beside act`),
  );
}
