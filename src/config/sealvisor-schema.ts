/** `[sealvisor]`: the keys that upstream does not have. */
import { faultActs } from '../protocol/fault.js';
import { errorLevels } from '../protocol/level.js';
import { limitNames, stageNames } from '../protocol/stages.js';
import * as field from './field-types.js';
import { key, needed, perName, section } from './key-facts.js';

const { table, list } = field;

/** Stages that can be slowed down or made to fail; `-` is the work of states without a named stage. */
export const workNames = [...stageNames, '-'] as const;

const retryTable = section(
  '[sealvisor.retry.<stage>]',
  `The retries of one stage after a temporary failure, in place of \`max_retries\` and \`recover_interval\`. \`<stage>\` is one of ${stageNames.join(', ')}.`,
  {
    tries: key(field.count, 'How many times in a row it is repeated.', {
      example: 20,
      applied: 'reload',
      otherwise: '`sealing.max_retries`',
    }),
    first: key(field.interval, 'The wait before the first repeat.', {
      example: '5s',
      applied: 'reload',
      otherwise: '`sealing.recover_interval`',
    }),
    factor: key(field.factor, 'By what each further wait is multiplied.', {
      example: 2,
      applied: 'reload',
      otherwise: '1',
    }),
    cap: key(field.interval, 'The longest wait.', {
      example: '10min',
      applied: 'reload',
      otherwise: 'no limit',
    }),
    jitter: key(field.share, 'The share of each wait by which it is shorter or longer at random.', {
      example: 0.2,
      applied: 'reload',
      otherwise: '0',
    }),
  },
);
const checkedRetryTable = retryTable.refine(
  ({ first, cap }) => first === undefined || cap === undefined || first <= cap,
  { path: ['cap'], message: 'a duration no shorter than first' },
);

const breakerTable = section('[sealvisor.breaker]', 'See [errors](operations.md#errors).', {
  after: key(
    field.whole(2),
    'After how many threads in a row that fail a stage with the same error all threads wait before it.',
    { example: 5, applied: 'reload' },
  ),
  probe: key(
    field.interval,
    'The time from then, and from each failed probe, to the next thread that tries the stage.',
    { example: '1min', applied: 'reload' },
  ),
});

const deadlinesTable = section(
  '[sealvisor.deadlines]',
  'How old a ticket and a pre-commit may become, in epochs of the chain.',
  {
    epoch: key(field.someTime, 'How long an epoch of the chain is.', { example: '1s', applied: 'reload' }),
    ticket: key(
      field.count,
      'How many epochs after it was assigned a ticket can still be used for a pre-commit.',
      { example: 2000, applied: 'reload' },
    ),
    pre_commit: key(field.count, 'How many epochs after the pre-commit a proof is still accepted.', {
      example: 80000,
      applied: 'reload',
    }),
    margin: key(
      field.count,
      'How many epochs before those limits a stage is no longer started; less than both.',
      { example: 100, applied: 'reload' },
    ),
  },
);

const spaceTable = section('[sealvisor.space]', 'See [waiting](operations.md#waiting).', {
  enable: key(field.flag, 'Whether a stage waits until its disk has room for what it writes.', {
    example: false,
    applied: 'reload',
  }),
  reserve: key(field.sizeOrBytes, 'What is kept free on each disk besides what stages need.', {
    example: '1GiB',
    applied: 'reload',
  }),
  check_interval: key(
    field.interval,
    'The time between two looks at the disks: their free space, and whether they are the right ones.',
    { example: '1min', applied: 'reload' },
  ),
  needs: key(
    perName(limitNames, field.sectorSizes),
    'What the stage writes, in sizes of its sector; 0 asks for no room.',
    { example: 14, applied: 'reload', otherwise: 'as in [plans](plans.md)' },
  ),
});

const faultsAbout = `Makes a stage fail, or ends its thread in the middle of it: for rehearsals and tests only, never on a worker with sectors of value.

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
\`\`\``;
const notBesideAct = 'required, except with `act`, beside which it has no effect';

const faultTable = section('[[sealvisor.faults]]', faultsAbout, {
  stage: needed(
    field.choice(workNames),
    'The stage that fails, as under `retry`; `-` for the allocation of a job and for the end of a sector.',
    { example: 'pc1', applied: 'restart' },
  ),
  level: key(field.choice(errorLevels), 'The level of the error ([levels](operations.md#errors)).', {
    example: 'abort',
    applied: 'restart',
    otherwise: notBesideAct,
  }),
  message: key(field.text, 'The text of the error.', {
    example: 'no parameters',
    applied: 'restart',
    otherwise: notBesideAct,
  }),
  times: key(field.count, 'How many times it strikes each sector; 0 is always.', {
    example: 2,
    applied: 'restart',
  }),
  thread: key(field.count, 'The index of the only thread that it strikes.', {
    example: 0,
    applied: 'restart',
    otherwise: 'all threads',
  }),
  act: key(
    field.choice(faultActs),
    'How the thread ends instead of failing the stage: an exception, an exit, a full heap, an endless loop.',
    { example: 'exit', applied: 'restart', otherwise: 'the stage fails' },
  ),
  chance: key(field.share, 'How likely it strikes, each time.', {
    example: 0.5,
    applied: 'restart',
    otherwise: '1',
  }),
});

export const sealvisorTable = section('[sealvisor]', 'What upstream does not have.', {
  builtin: table({
    least: key(
      perName(workNames, field.duration),
      'The least time that the stage takes, for rehearsals: the built-in processors are fast.',
      { example: '2s', applied: 'restart', otherwise: '0s' },
    ),
  }).optional(),
  faults: list(faultTable, 'a list of tables: [[sealvisor.faults]]').optional(),
  stop_grace: key(field.duration, 'How long running stages may take to end when the worker stops.', {
    example: '10min',
    applied: 'reload',
  }),
  check_before_precommit: key(
    field.choice(['auto', 'on', 'off']),
    'Whether C1 is done with a seed of our own before a pre-commit is submitted, so that nothing that cannot be proven goes on chain: `on`, `off`, or `auto` (of sectors up to 512MiB); once is enough where `verify_after_pc2` did it.',
    { example: 'on', applied: 'reload' },
  ),
  largest_output: key(
    field.outputSize,
    'The largest output of a processor that is kept for the next one ([processors](processors.md#how-large-an-answer-may-be)); a larger one fails its stage with its size and this limit.',
    { example: '8GiB', applied: 'reload' },
  ),
  spare_threads: key(field.count, 'How many booted threads are kept ready to replace one that crashes.', {
    example: 1,
    applied: 'restart',
  }),
  retry: perName(stageNames, checkedRetryTable).optional(),
  breaker: breakerTable.optional(),
  deadlines: deadlinesTable.optional(),
  space: spaceTable.optional(),
  history_rows: key(field.whole(100), 'How many rows of history are kept for each thread.', {
    example: 50000,
    applied: 'restart',
  }),
  home: key(
    field.text,
    'The directory of what the worker itself keeps: limits and cordon set by hand, its identity.',
    { example: '/var/lib/venus-worker', applied: 'restart', otherwise: 'the location of the first thread' },
  ),
  unseal_roots: key(field.texts, 'Directories that unsealed pieces may be written to, or below.', {
    example: ['/mnt/unsealed'],
    applied: 'reload',
    otherwise: 'none',
  }),
  names: key(
    list(field.ownHostName, 'a list of names'),
    'Host names and origins under which the worker may be asked, besides its addresses.',
    { example: ['seal-7.lan'], applied: 'reload', otherwise: 'none' },
  ),
});
