/** What `worker` can do with one thread. What a verb does is loaded when it is asked for, but for those that must be fast. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { waitOptions } from '../wait-options.js';
import { history } from './history.js';
import { list, restart } from './threads.js';

const whole = (text: string) => (/^\d{1,15}$/.test(text) ? Number(text) : Number.NaN);

const index = (text: string) => {
  if (Number.isNaN(whole(text))) throw new InvalidArgumentError('An index is a whole number.');
  return whole(text);
};

const revision = (text: string) => {
  if (Number.isNaN(whole(text))) throw new InvalidArgumentError('A revision is a whole number.');
  return whole(text);
};

export function threadVerbs(worker: Command): void {
  worker
    .command('list')
    .description("every sealing thread's state, a line each")
    .option('--json', 'one JSON document')
    .option(
      '--wide',
      'plan, mode, stage, percent and time left, tries, what is waited for and asked for as well',
    )
    .option('--watch', 'again every two seconds, until Ctrl-C')
    .addHelpText('after', examples('list', 'list --wide --watch'))
    .action(act(async () => list));
  pauseVerb(worker);
  resumeVerb(worker);
  ofThread(worker, 'restart', 'start a failed thread again, from its record')
    .option('--reason <text>', 'why')
    .addHelpText('after', examples('restart --index 0 --reason "disk 7 is back"'))
    .action(act(async () => restart));
  ofThread(
    worker,
    'history',
    'what happened to a thread: transitions, tries, errors, commands, a line each (UTC)',
  )
    .option('--sector <id>', 'of this sector alone, such as s-t010000-2')
    .option('--limit <n>', 'the last n rows alone')
    .option('--follow', 'and what happens from now on, until Ctrl-C; with --json a JSON document a line')
    .addHelpText(
      'after',
      examples(
        'history --index 0 --limit 20',
        'history --index 0 --sector s-t010000-2 --json',
        'history --index 0 --follow',
      ),
    )
    .action(act(async () => history));
  ofThread(worker, 'show', 'everything about one thread, with what is left to do')
    .addHelpText('after', examples('show --index 0', 'show --index 0 --json'))
    .action(act(async () => (await import('./show.js')).show));
  worker
    .command('why')
    .description('explain why threads are not working, a sentence each')
    .option('-i, --index <i>', 'thread, as in list (default: every thread that needs a person)', index)
    .option('--json', 'one JSON document')
    .addHelpText('after', examples('why', 'why --index 0', 'why --json'))
    .action(act(async () => (await import('./show.js')).why));
}

function pauseVerb(worker: Command): void {
  waitOptions(
    ofThread(worker, 'pause', 'pause a thread: at once when no heavy stage runs, else after the stage')
      .addOption(new Option('--now', 'abort the running stage; it starts over at resume').conflicts('freeze'))
      .option('--freeze', "stop the stage's own process where it stands; it goes on from there at resume"),
  )
    .option('--revision <n>', 'only when the thread is still at this revision, as `show` tells it', revision)
    .option('--reason <text>', 'kept in the history')
    .addHelpText(
      'after',
      examples(
        'pause --index 0 --reason "swap disk"',
        'pause --index 0 --now',
        'pause --index 0 --wait --timeout 4h',
      ),
    )
    .action(act(async () => (await import('./pause.js')).pause));
}

function resumeVerb(worker: Command): void {
  worker
    .command('resume')
    .description('resume a paused thread, at its state or another one, or many')
    .option('-i, --index <i>', 'thread, as in list', whole)
    .option('--json', 'one JSON document; a line each for many')
    .option('--all', 'all paused threads')
    .option('--state-is <state>', 'paused threads in this state')
    .option('--error <text>', 'paused threads whose last error contains this text')
    .option('--plan <plan>', 'paused threads of this plan')
    .option('-s, --state <state>', 'go on from this state (Aborted gives the sector up)')
    .option(
      '--dry-run',
      'say what would be redone or skipped, change nothing; exit 1 when it would be refused',
    )
    .option('--force', 'also to a state whose needs are not there; recorded as forced')
    .option('--yes', 'do not ask before the abort of a sector whose pre-commit was submitted')
    .option('--revision <n>', 'only when the thread is still at this revision, as `show` tells it', revision)
    .option('--reason <text>', 'kept in the history')
    .addHelpText(
      'after',
      examples(
        'resume --index 0',
        'resume --all',
        'resume --error "No space left" --reason "disk 7 is larger now"',
        'resume --index 0 --state PC1Done --dry-run',
        'resume --index 0 --state Aborted --yes --reason "sector lost"',
      ),
    )
    .action(act(async () => (await import('./resume.js')).resume));
}

/** A verb of `worker` for the thread that `--index` names. */
function ofThread(worker: Command, verb: string, what: string): Command {
  return worker
    .command(verb)
    .description(what)
    .requiredOption('-i, --index <i>', 'thread, as in list', whole)
    .option('--json', 'one JSON document');
}

/** An action that is loaded when it is asked for, and gets its command's options with those of `worker`. */
export function act<T>(load: () => Promise<(options: T) => Promise<void>>) {
  return async (...args: unknown[]): Promise<void> => {
    const action = await load();
    // Commander passes what was declared, then the options, then the command; the options are typed by their declarations.
    await action((args.at(-1) as Command).optsWithGlobals() as T);
  };
}

export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  venus-worker worker ${line}`).join('\n')}`;
}
