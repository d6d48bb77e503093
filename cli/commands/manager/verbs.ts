import type { Command } from 'commander';

/** Runs a verb with what the command declared, then the options of it and of those above it. */
export function act(action: (...args: never[]) => Promise<void>) {
  return async (...args: unknown[]) => {
    const command = args.at(-1) as Command;
    // Commander passes what each command declared, then its options, then itself.
    await action(...([...args.slice(0, -2), command.optsWithGlobals()] as never[]));
  };
}

export const examples = (...lines: readonly string[]) =>
  `\nExamples:\n${lines.map((line) => `  venus-sector-manager util ${line}`).join('\n')}`;
