/** The verbs of `venus-worker worker`. Those that must start fast are imported here; the rest is loaded on demand. */
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
  'only if the thread is still at this revision, as `show` prints it',
  {
    parse: wholeOf('A revision'),
  },
);
const kept = option('--reason <text>', 'the reason, kept in the history');
const reason = option('--reason <text>', 'the reason, kept with the command');

/** Verbs for one thread or many. */
const threadVerbs: readonly Verb[] = [
  {
    name: 'list',
    about: 'list the state of every sealing thread, one line each',
    options: [
      json,
      option(
        '--wide',
        'also show plan, mode, stage, percent and time left, tries, what it waits for and what was requested',
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
    about: 'resume a paused thread at its own or another state, or many threads',
    options: [
      option('-i, --index <i>', 'thread, as in list', { parse: whole }),
      option('--json', 'one JSON document; for many threads one per line'),
      option('--all', 'all paused threads'),
      ...resumeWhich,
      option('-s, --state <state>', 'resume at this state (Aborted aborts the sector)'),
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
    about: 'restart a failed thread from its record',
    options: [index, json, option('--reason <text>', 'the reason, kept in the log')],
    examples: ['restart --index 0 --reason "disk 7 is back"'],
    run: () => restart,
  },
  {
    name: 'history',
    about: 'show what happened to a thread: transitions, tries, errors, commands, one line each (UTC)',
    options: [
      index,
      json,
      option('--sector <id>', 'only of this sector, such as s-t010000-2'),
      option('--limit <n>', 'only the last n rows'),
      option(
        '--follow',
        'also show what happens from now on, until Ctrl-C; with --json one JSON document per line',
      ),
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
    about: 'show everything about one thread, with what is left to do',
    options: [index, json],
    examples: ['show --index 0', 'show --index 0 --json'],
    run: async () => (await import('../commands/worker/show.js')).show,
  },
  {
    name: 'why',
    about: 'explain why threads are not working, one sentence each',
    options: [
      option('-i, --index <i>', 'thread, as in list (default: every thread that needs attention)', {
        parse: wholeOf('An index'),
      }),
      json,
    ],
    examples: ['why', 'why --index 0', 'why --json'],
    run: async () => (await import('../commands/worker/show.js')).why,
  },
];

const life = () => import('../commands/worker/life.js');

/** Verbs for the worker as a whole. */
const lifeVerbs: readonly Verb[] = [
  {
    name: 'info',
    about: 'show the worker: its life, limits, breakers and counts',
    options: [json],
    examples: ['info', 'info --json'],
    run: async () => (await life()).info,
  },
  {
    name: 'cordon',
    about: 'take no new sectors; current ones are finished',
    options: [json, reason],
    examples: ['cordon --reason "new kernel tonight"'],
    run: async () => (await life()).cordon,
  },
  {
    name: 'uncordon',
    about: 'lift cordon and drain; threads that the drain paused resume',
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
      option('--to-finish', 'let each thread finish its sector instead of its stage'),
      option('--deadline <duration>', 'pause at once the threads that are still working then'),
      option('--wait', 'print a line for each change until all threads are done; Ctrl-C leaves the drain on'),
    ],
    examples: ['drain --wait', 'drain --to-finish --deadline 2h --reason "new kernel"'],
    run: async () => (await life()).drain,
  },
  {
    name: 'adopt',
    about: 'adopt the manager that answers now; sectors of the other one are aborted or paused',
    options: [json, reason, yes],
    examples: ['adopt', 'adopt --yes --reason "the manager moved to a new home"'],
    run: async () => (await import('../commands/worker/adopt.js')).adopt,
  },
  {
    name: 'stop',
    about: 'stop the daemon at a safe point, as SIGTERM does',
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
    about: 'show or set per-stage concurrency limits',
    args: [
      ['[stage]', anyOf(limitNames)],
      ['[n]', 'a whole number from 1, or none; kept across restarts'],
    ],
    options: [json, reason],
    examples: ['limit', 'limit pc1 4', 'limit pc1 none'],
    run: async () => (await import('../commands/worker/limits.js')).limit,
  },
  {
    name: 'breaker',
    about: 'show or close breakers: stages that failed the same way on several threads',
    args: [['[stage]', 'as shown without one']],
    options: [json, reason, option('--close', 'let the waiting threads continue')],
    examples: ['breaker', 'breaker c2 --close'],
    run: async () => (await import('../commands/worker/limits.js')).breaker,
  },
  {
    name: 'reload',
    about: 'apply the configuration file to the running worker, and show the differences',
    options: [json, reason, option('--dry-run', 'show the differences, and change nothing')],
    examples: ['reload --dry-run', 'reload'],
    run: async () => (await import('../commands/worker/reload.js')).reload,
  },
];

export const workerVerb: Verb = {
  name: 'worker',
  about: 'show and control a running worker and its threads',
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
