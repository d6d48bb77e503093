/** `[processors]`: limits over all threads, and the child processes that run stages. */
import { builtinStages, limitNames } from '../protocol/stages.js';
import * as field from './field-types.js';
import { key, perName, section } from './key-facts.js';

const { table, list, mapOf } = field;

const processorTable = section(
  '[[processors.<stage>]]',
  `A child process that does the stage for all threads ([processors](processors.md)); several tables of a stage share its tasks. \`<stage>\` is one of ${builtinStages.join(', ')}; c1, synth_proof and snap_vanilla are ours, the others are upstream's.`,
  {
    bin: key(field.text, 'The program, a path or a name on PATH.', {
      example: '/opt/sealing/pc1',
      applied: 'restart',
      otherwise: 'our own processor, as a child process',
    }),
    args: key(list(field.anyText, 'a list of texts'), 'Its arguments.', {
      example: ['--gpu', '0'],
      applied: 'restart',
      otherwise: '`processor <stage>`',
    }),
    stable_wait: key(field.duration, 'How long it may take until it is ready.', {
      example: '1min',
      applied: 'restart',
    }),
    envs: key(
      mapOf(field.anyText),
      'A variable that is set in its environment; the value is never printed.',
      {
        example: 'info',
        applied: 'restart',
        otherwise: 'none',
        secret: (envs: Readonly<Record<string, string>>) => Object.keys(envs),
      },
    ),
    inherit_envs: key(field.flag, "Whether it has the worker's environment as well.", {
      example: false,
      applied: 'restart',
    }),
    auto_restart: key(field.flag, 'Whether it is restarted when it exits.', {
      example: false,
      applied: 'restart',
    }),
    concurrent: key(field.some, 'How many threads it works for at once.', {
      example: 1,
      applied: 'restart',
      otherwise: 'no limit',
    }),
    weight: key(field.some, 'Its share of the tasks, relative to the other processors of the stage.', {
      example: 2,
      applied: 'restart',
      otherwise: '`concurrent`, else 1',
    }),
    locks: key(field.texts, 'Names from `ext_locks` that it holds, all of them, while it has a task.', {
      example: ['gpu'],
      applied: 'restart',
      otherwise: 'none',
    }),
    cgroup: table({
      group_name: key(
        field.groupName,
        'The control group below which its own is created; it needs `cgroup.cpuset`.',
        { example: 'sealing/pc1', applied: 'restart', otherwise: 'vc-worker' },
      ),
      cpuset: key(field.cpuList, 'The CPUs that it runs on, by a control group.', {
        example: '0-3,8',
        applied: 'restart',
        otherwise: 'all',
      }),
    }).optional(),
    numa_preferred: key(field.count, 'The NUMA node that its memory comes from first; it needs `numactl`.', {
      example: 0,
      applied: 'restart',
      otherwise: 'none',
    }),
  },
);
const processorTables = list(processorTable, 'a list of tables: [[processors.<stage>]]');

export const processorsTable = section(
  '[processors]',
  `Limits over all threads. \`<stage>\` is one of ${limitNames.join(', ')}.`,
  {
    limit: key(
      perName(limitNames, field.limit),
      'The old spelling of `limitation.concurrent`; it has no effect beside it.',
      { example: 2, applied: 'reload', otherwise: 'no limit' },
    ),
    limitation: table({
      concurrent: key(perName(limitNames, field.limit), 'How many threads may do the stage at once.', {
        example: 2,
        applied: 'reload',
        otherwise: 'no limit',
      }),
      staggered: key(perName(limitNames, field.duration), 'The least time between two starts of the stage.', {
        example: '5min',
        applied: 'reload',
        otherwise: '0s',
      }),
    }).optional(),
    ext_locks: key(
      mapOf(field.some),
      'How many stages may hold a lock at once that processors name in `locks`.',
      { example: 1, applied: 'restart', otherwise: 'no locks' },
    ),
    static_tree_d: key(
      mapOf(field.text),
      'A ready tree-d file for empty sectors of a size; the tree is always built.',
      { example: '/tree-d.dat', applied: 'never', otherwise: 'none' },
    ),
    ...perName(builtinStages, processorTables).shape,
  },
);
