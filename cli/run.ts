import { type Command, CommanderError } from 'commander';
import { exitCodes, fail, tell } from './output/say.js';

/** Runs a program; commander's own complaints are one line and exit 2, ours exit by their code. */
export async function run(program: Command): Promise<void> {
  surviveClosedPipes();
  const strict = (command: Command) => {
    command.exitOverride().configureOutput({
      outputError: (text) => tell(`${text.trim().replaceAll(/\s*\n\s*/g, ' ')}${helpHint(command)} (usage)`),
    });
    for (const child of command.commands) strict(child);
  };
  strict(program);
  try {
    await program.parseAsync();
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) fail(thrown);
    else process.exitCode = thrown.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  }
}

function helpHint(command: Command): string {
  const names: string[] = [];
  for (let at: Command | null = command; at !== null; at = at.parent) names.unshift(at.name());
  return `; see ${names.join(' ')} --help`;
}

/** A reader that went away (`… | head`) is no fault: what is for stdout is then for nobody. The story on stderr ends nothing, whatever becomes of it. */
function surviveClosedPipes(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? exitCodes.done);
    tell(`error: the answer cannot be written to stdout: ${error.message}`);
    process.exit(exitCodes.failed);
  });
  process.stderr.on('error', () => undefined);
}
