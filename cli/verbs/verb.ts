/** Declares a command line, one row per verb, and builds the commander program from the rows. */
import { Command, Option } from 'commander';

export interface VerbOption {
  /** In commander's syntax: `-i, --index <i>`. */
  readonly flags: string;
  readonly about: string;
  readonly isRequired?: boolean;
  readonly isHidden?: boolean;
  readonly otherwise?: string;
  readonly choices?: readonly string[];
  /** Options that it cannot be combined with, by their names in an action. */
  readonly conflicts?: readonly string[];
  readonly parse?: (text: string) => unknown;
}

export function option(
  flags: string,
  about: string,
  more: Omit<VerbOption, 'flags' | 'about'> = {},
): VerbOption {
  return { flags, about, ...more };
}

/** Gets the arguments in order, then the options of the verb and of its parents. */
type Action = (...given: never[]) => Promise<void>;

export interface Verb {
  readonly name: string;
  /** What it does, in one line. */
  readonly about: string;
  readonly alias?: string;
  readonly isHidden?: boolean;
  readonly args?: readonly (readonly [name: string, about: string])[];
  readonly options?: readonly VerbOption[];
  /** Two flags that are one option to commander, where the last would win: the combination is refused. */
  readonly exclusive?: readonly [flag: string, other: string];
  /** Written without the parent command: `pause --index 0`. */
  readonly examples?: readonly string[];
  readonly exitCodes?: string;
  readonly verbs?: readonly Verb[];
  /** Loads the action: a verb costs nothing until it is called. */
  readonly run?: () => Action | Promise<Action>;
}

const debug = option('--debug', 'show traces with errors');

export function programOf(verb: Verb): Command {
  const program = new Command(verb.name);
  declare(program, { ...verb, options: [debug] }, verb.name);
  return program;
}

/** `path`: the parent command as typed; for the program itself its name. */
function declare(command: Command, verb: Verb, path: string): void {
  const { about, alias, args = [], options = [], exclusive, verbs = [], run } = verb;
  command.description(about);
  if (alias !== undefined) command.alias(alias);
  for (const [name, what] of args) command.argument(name, what);
  for (const row of options) command.addOption(optionOf(row));
  if (exclusive) refuseBoth(command, exclusive);
  command.addHelpText('after', helpBehind(verb, path));
  if (run)
    command.action(async (...given: unknown[]) => {
      const action = await run();
      // Commander passes the declared arguments, then the options, then the command itself.
      await action(...([...given.slice(0, -2), command.optsWithGlobals()] as never[]));
    });
  const own = command.parent ? `${path} ${verb.name}` : path;
  for (const below of verbs)
    declare(command.command(below.name, { hidden: below.isHidden === true }), below, own);
}

function optionOf({ flags, about, ...more }: VerbOption): Option {
  const made = new Option(flags, about);
  if (more.choices) made.choices(more.choices);
  if (more.otherwise !== undefined) made.default(more.otherwise);
  if (more.parse) made.argParser(more.parse);
  if (more.conflicts) made.conflicts([...more.conflicts]);
  return made.makeOptionMandatory(more.isRequired === true).hideHelp(more.isHidden === true);
}

function refuseBoth(command: Command, [flag, other]: readonly [string, string]): void {
  const given = new Set<string>();
  for (const name of [flag, other]) command.on(`option:${name}`, () => given.add(name));
  command.hook('preAction', () => {
    if (given.size > 1) command.error(`error: option '--${flag}' cannot be used with option '--${other}'`);
  });
}

function helpBehind({ examples = [], exitCodes }: Verb, path: string): string {
  const lines = examples.map((line) => `  ${path} ${line}`);
  return [
    ...(lines.length > 0 ? [`\nExamples:\n${lines.join('\n')}`] : []),
    ...(exitCodes === undefined ? [] : [`\nExit codes: ${exitCodes}`]),
  ].join('\n');
}

/** Names for a help text: `pc1, pc2 or c2`. */
export function anyOf(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
