/** What `--help` of every command says. */
import { type Command, Command as CommandClass } from 'commander';
import { describe, expect, test, vi } from 'vitest';

/** The program that a bin would run, with all that it is set up with. */
async function programOf(bin: string): Promise<Command> {
  const programs: Command[] = [];
  const parse = vi.spyOn(CommandClass.prototype, 'parseAsync').mockImplementation(function (this: Command) {
    programs.push(this);
    return Promise.resolve(this);
  });
  await import(`#cli/${bin}.js`);
  parse.mockRestore();
  const [program] = programs;
  if (!program) throw new Error(`${bin} runs no program`);
  return program;
}

interface Found {
  readonly path: string;
  readonly command: Command;
}

function commandsOf(command: Command, above = ''): readonly Found[] {
  const path = `${above} ${command.name()}`.trim();
  // The hidden ones are other names of these, or started by a worker.
  const visible = command.createHelp().visibleCommands(command);
  const children = command.commands.filter((child) => visible.includes(child));
  return [{ path, command }, ...children.flatMap((child) => commandsOf(child, path))];
}

/** All that `--help` prints, with the parts added behind it. */
function helpOf(command: Command): string {
  let text = '';
  const { writeOut } = command.configureOutput();
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  if (writeOut) command.configureOutput({ writeOut });
  return text;
}

/** Options with a value for which nothing stands when they are not given. */
const withoutDefault = new Set([
  ...['--child-pid', '--config', '--deadline', '--error', '--index', '--limit', '--location'],
  ...['--pieces', '--piece-roots', '--plan', '--reason', '--revision', '--sector', '--sectors', '--state'],
  ...['--state-is', '--names'],
]);

const bins = ['sealvisor', 'venus-worker', 'venus-sector-manager'];
const found: Found[] = [];
// One after the other: each waits for what it alone runs.
for (const bin of bins) found.push(...commandsOf(await programOf(bin)));

test('the three programs have their commands', () => {
  expect(found.length).toBeGreaterThan(45);
});

describe.each(found.map(({ path, command }) => [path, command] as const))('%s --help', (_, command) => {
  const help = helpOf(command);

  test('says what it does, in one line', () => {
    expect(command.description()).toMatch(/^[a-zA-Z].+[^.]$/);
    expect(command.description()).not.toContain('\n');
  });

  test('shows each default in the same way', () => {
    for (const option of command.createHelp().visibleOptions(command)) {
      if (!(option.required || option.optional) || option.mandatory) continue;
      const text = command.createHelp().optionDescription(option);
      const isNone = withoutDefault.has(option.long ?? '');
      if (!isNone || option.defaultValue !== undefined)
        expect(text, option.flags).toMatch(/[( ]default: [^"].*\)$/);
    }
    expect(help).not.toMatch(/\(else |\(the default\)/);
  });
});

const isLeaf = ({ command }: Found) =>
  command
    .createHelp()
    .visibleCommands(command)
    .every((child) => child.name() === 'help');

test.each(found.filter(isLeaf).map(({ path, command }) => [path, command] as const))(
  '%s --help has an example of just this command',
  (path, command) => {
    const [, examples = ''] = helpOf(command).split(/^Examples:$/m);
    expect(examples).toContain(`  ${path}`);
  },
);
