import { type Command, CommanderError } from 'commander';
import { lastAnsweredBy } from '../src/fleet/last-answer.js';
import { messageOf, SealvisorError } from '../src/protocol/errors.js';
import { version } from '../src/version.js';
import { exitCodes, fail, tell } from './output/say.js';

/** Runs a program; commander's errors are one line with exit code 2, ours exit by their code. */
export async function run(program: Command): Promise<void> {
  surviveClosedPipes();
  const strict = (command: Command) => {
    command.exitOverride().configureOutput({
      outputError: (text) =>
        tell(
          `${withoutHarm(text)
            .trim()
            .replaceAll(/\s*\n\s*/g, ' ')}${helpHint(command)} (usage)`,
        ),
    });
    // Commander would show a text default in quotes.
    for (const option of command.options)
      if (typeof option.defaultValue === 'string') option.defaultValueDescription ??= option.defaultValue;
    for (const child of command.commands) strict(child);
  };
  program.version(version, '--version', 'print the version');
  program.hook('preAction', (_, action) => refuseEmptyPaths(action));
  strict(program);
  try {
    await program.parseAsync();
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) fail(notUnderstood(thrown));
    else process.exitCode = thrown.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  }
}

/**
 * A field that another version's answer lacks, or has in another shape, fails only when it is shown. `--debug`
 * prints the trace.
 */
export function notUnderstood(thrown: unknown): unknown {
  const by = lastAnsweredBy();
  if (by === undefined || !(thrown instanceof TypeError || thrown instanceof RangeError)) return thrown;
  return new SealvisorError(
    'bad_answer',
    `what ${by} answered cannot be shown (${messageOf(thrown)}): check that a worker or manager of version ${version} listens there`,
    { cause: thrown },
  );
}

/** `--home "$HOME_OF_IT"` with the variable unset would mean the current directory. */
function refuseEmptyPaths(command: Command): void {
  for (const option of command.options) {
    if (!/<(dir|file)\b/.test(option.flags)) continue;
    if ([command.getOptionValue(option.attributeName())].flat().includes(''))
      throw new SealvisorError(
        'usage',
        `${option.long ?? option.flags} is empty: name a ${placeOf(option.flags)}`,
      );
  }
}

const placeOf = (flags: string) => (flags.includes('<file') ? 'file' : 'directory');

const harmful = new Set(['abort', 'cancel', 'drain', 'init', 'pause', 'remove', 'restart', 'stop']);

/** Commander suggests the nearest verbs: those that end or stop something are never suggested. */
export function withoutHarm(text: string): string {
  return text.replace(/\(Did you mean (?:one of )?([^?]*)\?\)/, (_, names: string) => {
    const kept = names.split(', ').filter((name) => !harmful.has(name));
    if (kept.length === 0) return '';
    return `(Did you mean ${kept.length > 1 ? 'one of ' : ''}${kept.join(', ')}?)`;
  });
}

function helpHint(command: Command): string {
  const names: string[] = [];
  for (let at: Command | null = command; at !== null; at = at.parent) names.unshift(at.name());
  return `; see ${names.join(' ')} --help`;
}

/** A closed stdout (`… | head`) is not a fault: the program ends quietly. A fault of stderr never ends the program. */
function surviveClosedPipes(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? exitCodes.done);
    tell(`error: the answer cannot be written to stdout: ${error.message}`);
    process.exit(exitCodes.failed);
  });
  process.stderr.on('error', () => undefined);
}
