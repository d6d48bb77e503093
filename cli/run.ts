import { type Command, CommanderError } from 'commander';
import { exitCodes, fail } from './output/say.js';

/** Runs a program; commander's own complaints exit 2, ours by their code. */
export async function run(program: Command): Promise<void> {
  const strict = (command: Command) => {
    command.exitOverride().showHelpAfterError('(--help shows the options)');
    for (const child of command.commands) strict(child);
  };
  strict(program);
  // Who reads the answer may stop reading (`| head`): that is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(process.exitCode ?? exitCodes.done);
  });
  try {
    await program.parseAsync();
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) fail(thrown);
    else process.exitCode = thrown.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  }
}
