/** What `venus-worker worker` can do. What must start fast is imported here; the rest is loaded when it is called. */
import { workerPort } from '../../src/config/endpoint.js';
import { limitNames } from '../../src/protocol/stages.js';
import { history } from '../commands/worker/history.js';
import { list, restart } from '../commands/worker/threads.js';
import { dumpVerbs } from './dump-verbs.js';
import {
  json,
  pauseHow,
  pauseWait,
  resumeHow,
  resumeWhich,
  watch,
  whole,
  wholeOf,
  yes,
} from './shared-options.js';
import { anyOf, option, type Verb } from './verb.js';

const index = option('-i, --index <i>', 'thread, as in list', { parse: whole, isRequired: true });
const revision = option(
  '--revision <n>',
  'only when the thread is still at this revision, as `show` tells it',
  {
    parse: wholeOf('A revision'),
  },
);
const kept = option('--reason <text>', 'kept in the history');
const reason = option('--reason <text>', 'why, for those who come after');

/** One thread, or many. */
const threadVerbs: readonly Verb[] = [
  {
    name: 'list',
    about: "every sealing thread's state, a line each",
    options: [
      json,
      option(
        '--wide',
        'plan, mode, stage, percent and time left, tries, what is waited for and asked for as well',
      ),
      watch,
    ],
    examples: ['list', 'list --wide --watch'],
    run: () => list,
  },
  {
    name: 'pause',
    about: 'pause a thread: at once when no heavy stage runs, else after the stage',
    options: [index, json, ...pauseHow, ...pauseWait, revision, kept],
    exclusive: ['wait', 'no-wait'],
    examples: [
      'pause --index 0 --reason "swap disk"',
      'pause --index 0 --now',
      'pause --index 0 --wait --timeout 4h',
    ],
    run: async () => (await import('../commands/worker/pause.js')).pause,
  },
  {
    name: 'resume',
    about: 'resume a paused thread, at its state or another one, or many',
    options: [
      option('-i, --index <i>', 'thread, as in list', { parse: whole }),
      option('--json', 'one JSON document; a line each for many'),
      option('--all', 'all paused threads'),
      ...resumeWhich,
      option('-s, --state <state>', 'go on from this state (Aborted gives the sector up)'),
      ...resumeHow,
      revision,
      kept,
    ],
    examples: [
      'resume --index 0',
      'resume --all',
      'resume --error "No space left" --reason "disk 7 is larger now"',
      'resume --index 0 --state PC1Done --dry-run',
      'resume --index 0 --state Aborted --yes --reason "sector lost"',
    ],
    run: async () => (await import('../commands/worker/resume.js')).resume,
  },
  {
    name: 'restart',
    about: 'start a failed thread again, from its record',
    options: [index, json, option('--reason <text>', 'why')],
    examples: ['restart --index 0 --reason "disk 7 is back"'],
    run: () => restart,
  },
  {
    name: 'history',
    about: 'what happened to a thread: transitions, tries, errors, commands, a line each (UTC)',
    options: [
      index,
      json,
      option('--sector <id>', 'of this sector alone, such as s-t010000-2'),
      option('--limit <n>', 'the last n rows alone'),
      option('--follow', 'and what happens from now on, until Ctrl-C; with --json a JSON document a line'),
    ],
    examples: [
      'history --index 0 --limit 20',
      'history --index 0 --sector s-t010000-2 --json',
      'history --index 0 --follow',
    ],
    run: () => history,
  },
  {
    name: 'show',
    about: 'everything about one thread, with what is left to do',
    options: [index, json],
    examples: ['show --index 0', 'show --index 0 --json'],
    run: async () => (await import('../commands/worker/show.js')).show,
  },
  {
    name: 'why',
    about: 'explain why threads are not working, a sentence each',
    options: [
      option('-i, --index <i>', 'thread, as in list (default: every thread that needs a person)', {
        parse: wholeOf('An index'),
      }),
      json,
    ],
    examples: ['why', 'why --index 0', 'why --json'],
    run: async () => (await import('../commands/worker/show.js')).why,
  },
];

const life = () => import('../commands/worker/life.js');

/** The worker as a whole. */
const lifeVerbs: readonly Verb[] = [
  {
    name: 'info',
    about: 'the worker: its life, its limits, its breakers, its counts',
    options: [json],
    examples: ['info', 'info --json'],
    run: async () => (await life()).info,
  },
  {
    name: 'cordon',
    about: 'take no new sectors; those begun are finished',
    options: [json, reason],
    examples: ['cordon --reason "new kernel tonight"'],
    run: async () => (await life()).cordon,
  },
  {
    name: 'uncordon',
    about: 'lift cordon and drain; threads that the drain paused go on',
    options: [json, reason],
    examples: ['uncordon'],
    run: async () => (await life()).uncordon,
  },
  {
    name: 'drain',
    about: 'bring each thread to a safe point, and take no new sectors',
    options: [
      json,
      reason,
      option('--to-finish', "to the end of each thread's sector instead of the end of its stage"),
      option('--deadline <duration>', 'threads that still work then are paused at once'),
      option('--wait', 'a line for each change until all threads are there; Ctrl-C leaves the drain on'),
    ],
    examples: ['drain --wait', 'drain --to-finish --deadline 2h --reason "new kernel"'],
    run: async () => (await life()).drain,
  },
  {
    name: 'adopt',
    about: 'adopt the manager that answers now; sectors of the other one are given up or paused',
    options: [json, reason, yes],
    examples: ['adopt', 'adopt --yes --reason "the manager moved to a new home"'],
    run: async () => (await import('../commands/worker/adopt.js')).adopt,
  },
  {
    name: 'stop',
    about: 'end the daemon at a safe point, as SIGTERM does',
    options: [
      json,
      reason,
      option(
        '--grace <duration>',
        'how long running stages may take to end (default: stop_grace of the configuration)',
      ),
      yes,
    ],
    examples: ['stop --yes', 'stop --grace 10m'],
    run: async () => (await life()).stop,
  },
  {
    name: 'limit',
    about: 'how many threads may do a stage at once: all limits, or one, or change one',
    args: [
      ['[stage]', anyOf(limitNames)],
      ['[n]', 'a whole number from 1, or none; kept over restarts'],
    ],
    options: [json, reason],
    examples: ['limit', 'limit pc1 4', 'limit pc1 none'],
    run: async () => (await import('../commands/worker/limits.js')).limit,
  },
  {
    name: 'breaker',
    about: 'stages that failed the same way on several threads, and wait for one to try',
    args: [['[stage]', 'as shown without one']],
    options: [json, reason, option('--close', 'let the threads that wait before it go on')],
    examples: ['breaker', 'breaker c2 --close'],
    run: async () => (await import('../commands/worker/limits.js')).breaker,
  },
  {
    name: 'reload',
    about: "compare the configuration's file with what runs, and bring the one to the other",
    options: [json, reason, option('--dry-run', 'print the differences, change nothing')],
    examples: ['reload --dry-run', 'reload'],
    run: async () => (await import('../commands/worker/reload.js')).reload,
  },
];

export const workerVerb: Verb = {
  name: 'worker',
  about: 'see and steer a running worker and its threads',
  options: [
    option('-c, --config <file>', 'the configuration of the worker: says where it listens'),
    option(
      '--worker <host:port>',
      `where the worker listens (default: $SEALVISOR_WORKER, else 127.0.0.1:${workerPort})`,
    ),
  ],
  examples: [
    'worker list --wide',
    'worker pause --index 0 --reason "swap disk" --wait',
    'worker resume --index 0 --state PC1Done --dry-run',
    'worker history --index 0 --follow',
    'worker drain --to-finish --wait',
    'worker limit pc1 4',
  ],
  exitCodes: '0 done, 1 failed, 2 wrong usage, 3 nothing changed, 4 unreachable',
  verbs: [...threadVerbs, ...lifeVerbs, ...dumpVerbs],
};
