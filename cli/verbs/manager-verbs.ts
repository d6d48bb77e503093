/** The verbs of `venus-sector-manager`: run a manager, and control the workers that report to one. */
import { sectorSizes } from '../../src/protocol/sector.js';
import { managerOption } from '../commands/manager/ask.js';
import { resume } from '../commands/manager/resume.js';
import { info, list, pause, remove } from '../commands/manager/workers.js';
import { logOptions } from '../log/log-options.js';
import { sealerVerb } from './sealer-verbs.js';
import { json, pauseHow, pauseWait, resumeHow, resumeWhich, watch } from './shared-options.js';
import { anyOf, option, type Verb } from './verb.js';

const daemonOptions = [
  ...logOptions,
  option('--miner <id>', 'miner actor id', { otherwise: '10000' }),
  option('--sector-size <size>', anyOf(sectorSizes), { otherwise: '8MiB' }),
  option(
    '--use-synthetic-porep',
    'seal new sectors with synthetic PoRep: their proofs are written down before the pre-commit',
  ),
  option('--listen <host:port>', 'where to listen', { otherwise: '127.0.0.1:1789' }),
  option(
    '--home <dir>',
    'where the state is kept (default: $XDG_STATE_HOME/sealvisor, or what 0.1.0 left in this directory)',
  ),
  option('--pieces <dir>', 'make deals from the files of this directory'),
  option('--epoch <duration>', "length of the mock chain's epoch", { otherwise: '1s' }),
  option('--fail-messages <n>', 'the first n messages of a kind for each sector fail on the mock chain', {
    otherwise: '0',
  }),
  option(
    '--job-heartbeat <duration>',
    'give a job to another worker when its worker has been silent for this long (a window proof at any time, other jobs until their first report)',
    { otherwise: '1m' },
  ),
  option(
    '--piece-roots <list>',
    'further directories that pieces may be read from, separated by commas: those of upgrades (`util sealer snapup`) and of earlier runs',
  ),
  option(
    '--worker-addresses <list>',
    'addresses, ranges and names that workers may be dialled at, separated by commas (default: the address that a report came from)',
  ),
  option(
    '--names <list>',
    'host names under which it may be called, separated by commas (its addresses, localhost and the name of the machine always work)',
  ),
];
/** Options of a manager that gives out sectors itself. */
const chainOnly = ['miner', 'sectorSize', 'pieces', 'epoch', 'failMessages', 'jobHeartbeat', 'pieceRoots'];

const runDaemon = async () => (await import('../commands/manager/daemon.js')).daemon;

export const mockVerb: Verb = {
  name: 'mock',
  about: 'run a manager with a mock chain',
  options: daemonOptions,
  examples: [
    'mock --sector-size 2KiB --pieces ./files',
    'mock --listen 0.0.0.0:1789 --names seal.lan --home /var/lib/sealvisor',
  ],
  run: runDaemon,
};

export const daemonVerb: Verb = {
  name: 'daemon',
  about: 'run the manager',
  verbs: [
    {
      name: 'run',
      about: 'run a manager (with a mock chain), or one in front of another manager (--upstream)',
      options: [
        ...daemonOptions,
        option(
          '--upstream <address>',
          'pass jobs and chain calls on to this manager (damocles, venus-cluster or ours): a URL, host:port or multiaddr (default: none, it gives out sectors itself)',
          { conflicts: chainOnly },
        ),
      ],
      examples: [
        'run --home /var/lib/sealvisor --log-file /var/log/sealvisor/manager.log',
        'run --upstream http://10.0.0.2:1789 --listen 0.0.0.0:1790 --home /var/lib/sealvisor-front',
      ],
      run: runDaemon,
    },
  ],
};

const target = 'name as in list, or an address';

const workerVerbs: readonly Verb[] = [
  {
    name: 'list',
    about: 'list the workers that reported, one line each',
    options: [
      option('--expiration <duration>', 'mark reports older than this', { otherwise: '10m' }),
      json,
      option('--wide', 'also show version, running and waiting'),
      watch,
    ],
    examples: ['list --wide', 'list --expiration 2m --watch'],
    run: () => list,
  },
  {
    name: 'info',
    about: 'show the threads of one worker',
    args: [['<worker>', target]],
    options: [json, option('--wide', 'also show plan, mode, stage, percent and time left'), watch],
    examples: ['info w1', 'info 10.0.0.7:17890 --wide'],
    run: () => info,
  },
  {
    name: 'pause',
    about: 'pause a thread of a worker',
    args: [
      ['<worker>', target],
      ['<index>', 'thread, as in info'],
    ],
    options: [...pauseHow, option('--reason <text>', 'the reason, kept in the history'), json, ...pauseWait],
    exclusive: ['wait', 'no-wait'],
    examples: ['pause w1 0 --reason "swap disk"', 'pause 127.0.0.1 0 --wait --timeout 4h'],
    run: () => pause,
  },
  {
    name: 'resume',
    about: 'resume a paused thread of a worker at its own or another state, or many threads',
    args: [
      ['[worker]', target],
      ['[index]', 'thread, as in info'],
      ['[state]', 'resume at this state (Aborted aborts the sector)'],
    ],
    options: [
      option('--all', 'all paused threads of the worker'),
      option('--all-workers', 'those of every worker that reported'),
      ...resumeWhich,
      ...resumeHow,
      option('--reason <text>', 'the reason, kept in the history'),
      option('--json', 'one JSON document; for many threads one per line'),
    ],
    examples: [
      'resume w1 0',
      'resume w1 0 PC1Done --dry-run',
      'resume w1 0 Aborted --yes --reason "sector lost"',
      'resume w1 --all',
      'resume --all-workers --error "No space left"',
    ],
    run: () => resume,
  },
  {
    name: 'remove',
    about: 'remove a worker from the list until it reports again',
    args: [['<name>', 'name as in list']],
    options: [json],
    examples: ['remove w1'],
    run: () => remove,
  },
];

export const utilVerb: Verb = {
  name: 'util',
  about: 'list, pause and resume workers; see sectors and jobs',
  verbs: [
    {
      name: 'worker',
      about: 'show and control the workers that reported',
      options: [option(...managerOption)],
      verbs: workerVerbs,
    },
    sealerVerb,
  ],
};
