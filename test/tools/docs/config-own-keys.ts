/** As config-keys.ts: the processors, and what is under `[sealvisor]`. */
import { retryPolicy } from '#machines/retry.js';
import { durationText } from '#src/config/value-text.js';
import type { WorkerConfig } from '#src/config/worker-config.js';
import { workNames } from '#src/config/worker-schema.js';
import { builtinStages, limitNames, stageNames } from '#src/protocol/stages.js';
import type { TableText } from './config-keys.js';

const processorOf = ({ processors: [first] }: WorkerConfig) => {
  if (!first) throw new Error('the configuration has no processor');
  return first;
};
const retryBy = retryPolicy({ maxRetries: 0, recoverIntervalMs: 0, retry: {} }, 'pc1');
const faultOf = ({ faults: [first] }: WorkerConfig) => {
  if (!first) throw new Error('the configuration has no fault');
  return first;
};

export const processorTables: readonly TableText[] = [
  {
    title: '[processors]',
    about: `Limits over all threads. \`<stage>\` is one of ${limitNames.join(', ')}.`,
    keys: [
      {
        key: 'processors.limitation.concurrent.<stage>',
        says: 'How many threads may do the stage at once.',
        example: 2,
        otherwise: 'no limit',
        names: limitNames,
      },
      {
        key: 'processors.limit.<stage>',
        says: 'The old spelling of the same; it has no effect beside it.',
        example: 2,
        otherwise: 'no limit',
        names: limitNames,
      },
      {
        key: 'processors.limitation.staggered.<stage>',
        says: 'The least time between two starts of the stage.',
        example: '5min',
        otherwise: '0s',
        names: limitNames,
      },
      {
        key: 'processors.ext_locks.<name>',
        says: 'How many stages may hold a lock at once that processors name in `locks`.',
        example: 1,
        otherwise: 'no locks',
      },
      {
        key: 'processors.static_tree_d.<name>',
        says: 'A ready tree-d file for empty sectors of a size; the tree is always built.',
        example: '/tree-d.dat',
        otherwise: 'none',
      },
    ],
  },
  {
    title: '[[processors.<stage>]]',
    about: `A child process that does the stage for all threads ([processors](processors.md)); several tables of a stage share its tasks. \`<stage>\` is one of ${builtinStages.join(', ')}; c1, synth_proof and snap_vanilla are ours, the others are upstream's.`,
    keys: [
      {
        key: 'processors.<stage>[].bin',
        says: 'The program, a path or a name on PATH.',
        example: '/opt/sealing/pc1',
        otherwise: 'our own processor, as a child process',
      },
      {
        key: 'processors.<stage>[].args',
        says: 'Its arguments.',
        example: ['--gpu', '0'],
        otherwise: '`processor <stage>`',
      },
      {
        key: 'processors.<stage>[].stable_wait',
        says: 'How long it may take until it is ready.',
        example: '1min',
        otherwise: (config: WorkerConfig) => durationText(processorOf(config).stableWaitMs),
      },
      {
        key: 'processors.<stage>[].envs.<name>',
        says: 'A variable that is set in its environment; the value is never printed.',
        example: 'info',
        otherwise: 'none',
      },
      {
        key: 'processors.<stage>[].inherit_envs',
        says: "Whether it has the worker's environment as well.",
        example: false,
        otherwise: (config: WorkerConfig) => String(processorOf(config).inheritEnvs),
      },
      {
        key: 'processors.<stage>[].auto_restart',
        says: 'Whether it is started again when it ends.',
        example: false,
        otherwise: (config: WorkerConfig) => String(processorOf(config).autoRestart),
      },
      {
        key: 'processors.<stage>[].concurrent',
        says: 'How many threads it works for at once.',
        example: 1,
        otherwise: 'no limit',
      },
      {
        key: 'processors.<stage>[].weight',
        says: 'Its share of the tasks, relative to the other processors of the stage.',
        example: 2,
        otherwise: '`concurrent`, else 1',
      },
      {
        key: 'processors.<stage>[].locks',
        says: 'Names from `ext_locks` that it holds, all of them, while it has a task.',
        example: ['gpu'],
        otherwise: 'none',
      },
      {
        key: 'processors.<stage>[].cgroup.cpuset',
        says: 'The CPUs that it runs on, by a control group.',
        example: '0-3,8',
        otherwise: 'all',
      },
      {
        key: 'processors.<stage>[].cgroup.group_name',
        says: 'The control group below which its own is made; it needs `cgroup.cpuset`.',
        example: 'sealing/pc1',
        otherwise: 'vc-worker',
      },
      {
        key: 'processors.<stage>[].numa_preferred',
        says: 'The NUMA node that its memory comes from first; it needs `numactl`.',
        example: 0,
        otherwise: 'none',
      },
    ].map((text) => ({ ...text, names: builtinStages })),
  },
];

export const sealvisorTables: readonly TableText[] = [
  {
    title: '[sealvisor]',
    about: 'What upstream does not have.',
    keys: [
      {
        key: 'sealvisor.home',
        says: 'The directory of what the worker itself keeps: limits and cordon set by hand, its identity.',
        example: '/var/lib/venus-worker',
        otherwise: 'the location of the first thread',
      },
      {
        key: 'sealvisor.stop_grace',
        says: 'How long running stages may take to end when the worker stops.',
        example: '10min',
      },
      {
        key: 'sealvisor.check_before_precommit',
        says: 'Whether C1 is done with a seed of our own before a pre-commit is submitted, so that nothing that cannot be proven goes on chain: `on`, `off`, or `auto` (of sectors up to 512MiB); once is enough where `verify_after_pc2` did it.',
        example: 'on',
      },
      {
        key: 'sealvisor.largest_output',
        says: 'The largest output of a processor that is kept for the next one ([processors](processors.md#how-large-an-answer-may-be)); a larger one fails its stage with its size and this limit.',
        example: '8GiB',
      },
      {
        key: 'sealvisor.spare_threads',
        says: 'How many booted threads are kept ready to replace one that crashes.',
        example: 1,
      },
      {
        key: 'sealvisor.history_rows',
        says: 'How many rows of history are kept for each thread.',
        example: 50000,
      },
      {
        key: 'sealvisor.names',
        says: 'Host names and origins under which the worker may be asked, besides its addresses.',
        example: ['seal-7.lan'],
        otherwise: 'none',
      },
      {
        key: 'sealvisor.unseal_roots',
        says: 'Directories that unsealed pieces may be written to, or below.',
        example: ['/mnt/unsealed'],
        otherwise: 'none',
      },
      {
        key: 'sealvisor.builtin.least.<stage>',
        says: 'The least time that the stage takes, for rehearsals: the built-in processors are fast.',
        example: '2s',
        otherwise: '0s',
        names: workNames,
      },
    ],
  },
  {
    title: '[sealvisor.retry.<stage>]',
    about: `The retries of one stage after a temporary failure, in place of \`max_retries\` and \`recover_interval\`. \`<stage>\` is one of ${stageNames.join(', ')}.`,
    keys: [
      {
        key: 'sealvisor.retry.<stage>.tries',
        says: 'How many times in a row it is repeated.',
        example: 20,
        otherwise: '`sealing.max_retries`',
      },
      {
        key: 'sealvisor.retry.<stage>.first',
        says: 'The wait before the first repeat.',
        example: '5s',
        otherwise: '`sealing.recover_interval`',
      },
      {
        key: 'sealvisor.retry.<stage>.factor',
        says: 'By what each further wait is multiplied.',
        example: 2,
        otherwise: String(retryBy.factor),
      },
      {
        key: 'sealvisor.retry.<stage>.cap',
        says: 'The longest wait.',
        example: '10min',
        otherwise: 'no limit',
      },
      {
        key: 'sealvisor.retry.<stage>.jitter',
        says: 'The share of each wait by which it is shorter or longer at random.',
        example: 0.2,
        otherwise: String(retryBy.jitter),
      },
    ].map((text) => ({ ...text, names: stageNames })),
  },
  {
    title: '[sealvisor.breaker]',
    about: 'See [errors](operations.md#errors).',
    keys: [
      {
        key: 'sealvisor.breaker.after',
        says: 'After how many threads in a row that fail a stage with the same error all threads wait before it.',
        example: 5,
      },
      {
        key: 'sealvisor.breaker.probe',
        says: 'The time from then, and from each failed probe, to the next thread that tries the stage.',
        example: '1min',
      },
    ],
  },
  {
    title: '[sealvisor.deadlines]',
    about: 'How old a ticket and a pre-commit may become, in epochs of the chain.',
    keys: [
      { key: 'sealvisor.deadlines.epoch', says: 'How long an epoch of the chain is.', example: '1s' },
      {
        key: 'sealvisor.deadlines.ticket',
        says: 'How many epochs after it was assigned a ticket can still be used for a pre-commit.',
        example: 2000,
      },
      {
        key: 'sealvisor.deadlines.pre_commit',
        says: 'How many epochs after the pre-commit a proof is still accepted.',
        example: 80000,
      },
      {
        key: 'sealvisor.deadlines.margin',
        says: 'How many epochs before those limits a stage is no longer started; less than both.',
        example: 100,
      },
    ],
  },
  {
    title: '[sealvisor.space]',
    about: 'See [waiting](operations.md#waiting).',
    keys: [
      {
        key: 'sealvisor.space.enable',
        says: 'Whether a stage waits until its disk has room for what it writes.',
        example: false,
      },
      {
        key: 'sealvisor.space.reserve',
        says: 'What is kept free on each disk besides what stages need.',
        example: '1GiB',
      },
      {
        key: 'sealvisor.space.check_interval',
        says: 'The time between two looks at the disks: their free space, and whether they are the right ones.',
        example: '1min',
      },
      {
        key: 'sealvisor.space.needs.<stage>',
        says: 'What the stage writes, in sizes of its sector; 0 asks for no room.',
        example: 14,
        otherwise: 'as in [plans](plans.md)',
        names: limitNames,
      },
    ],
  },
  {
    title: '[[sealvisor.faults]]',
    about: `Makes a stage fail, or ends its thread in the middle of it: for rehearsals and tests only, never on a worker with sectors of value.

\`\`\`toml
[[sealvisor.faults]]      # the first C2 of each sector fails and pauses its thread
stage = "c2"
level = "permanent"
message = "No cached parameters found"
times = 1

[[sealvisor.faults]]      # thread 0 crashes in every second PC1
stage = "pc1"
act = "exit"
chance = 0.5
thread = 0
\`\`\``,
    keys: [
      {
        key: 'sealvisor.faults[].stage',
        says: 'The stage that fails, as under `retry`; `-` for the allocation of a job and for the end of a sector.',
        example: 'pc1',
      },
      {
        key: 'sealvisor.faults[].level',
        says: 'The level of the error ([levels](operations.md#errors)).',
        example: 'abort',
        otherwise: 'required, except with `act`, beside which it has no effect',
      },
      {
        key: 'sealvisor.faults[].message',
        says: 'The text of the error.',
        example: 'no parameters',
        otherwise: 'required, except with `act`, beside which it has no effect',
      },
      {
        key: 'sealvisor.faults[].act',
        says: 'How the thread ends instead of failing the stage: an exception, an exit, a full heap, an endless loop.',
        example: 'exit',
        otherwise: 'the stage fails',
      },
      {
        key: 'sealvisor.faults[].times',
        says: 'How many times it strikes each sector; 0 is always.',
        example: 2,
        otherwise: (config: WorkerConfig) => String(faultOf(config).times),
      },
      {
        key: 'sealvisor.faults[].chance',
        says: 'How likely it strikes, each time.',
        example: 0.5,
        otherwise: '1',
      },
      {
        key: 'sealvisor.faults[].thread',
        says: 'The index of the only thread that it strikes.',
        example: 0,
        otherwise: 'all threads',
      },
    ],
  },
];
