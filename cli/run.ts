import { type Command, CommanderError } from 'commander';
import { exitCodes, fail } from './output/say.js';

/** Runs a program; commander's own complaints exit 2, ours by their code. */
export async function run(program: Command): Promise<void> {
  const strict = (command: Command) => {
    command.exitOverride().showHelpAfterError('(--help shows the options)');
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
