/** Options shared by several verbs. */
import { InvalidArgumentError } from 'commander';
import { planNames } from '../../src/protocol/plan-names.js';
import { longestWait } from '../commands/longest-wait.js';
import { anyOf, option } from './verb.js';

export const json = option('--json', 'one JSON document');
export const watch = option('--watch', 'repeat every two seconds, until Ctrl-C');
export const yes = option('--yes', 'do not ask');
export const config = option('-c, --config <file>', 'configuration, TOML', { isRequired: true });

export const whole = (text: string) => (/^\d{1,15}$/.test(text) ? Number(text) : Number.NaN);

/** Parser of an option that must be a whole number. */
export const wholeOf = (what: string) => (text: string) => {
  if (Number.isNaN(whole(text))) throw new InvalidArgumentError(`${what} is a whole number.`);
  return whole(text);
};

/** How a thread is paused. */
export const pauseHow = [
  option('--now', 'abort the running stage; it starts over at resume', { conflicts: ['freeze'] }),
  option('--freeze', "stop the stage's own process where it is; resume continues it from there"),
];

/** Whether and how long to wait for a pause; `--wait` and `--no-wait` are exclusive. */
export const pauseWait = [
  option(
    '--wait',
    'wait until the thread is paused; exit 1 when --timeout is over, the pause stays requested',
  ),
  option('--no-wait', 'answer as soon as the pause is recorded (default)'),
  option('--timeout <duration>', `how long --wait waits (default: ${longestWait})`),
];

/** Selects the paused threads to resume, if it is not a single one. */
export const resumeWhich = [
  option('--state-is <state>', 'paused threads in this state'),
  option('--error <text>', 'paused threads whose last error contains this text'),
  option('--plan <plan>', `paused threads of this plan: ${anyOf(planNames)}`),
];

/** How a thread is resumed. */
export const resumeHow = [
  option(
    '--dry-run',
    'show what would be redone or skipped, and change nothing; exit 1 if it would be refused',
  ),
  option('--force', 'also to a state whose inputs are missing; recorded as forced'),
  option('--yes', 'do not ask before aborting a sector whose pre-commit was submitted'),
];
