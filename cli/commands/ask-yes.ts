/** Questions to the person at the terminal. */
import { createInterface } from 'node:readline/promises';
import { escaped } from '../../src/protocol/text/escaped.js';

/** Whether a person can be asked. stdout may be a pipe: the question goes to stderr. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Whether the answer is yes; anything else, even the end of the input, is no. */
export async function askYes(question: string): Promise<boolean> {
  if (process.stdin.readableEnded) return false;
  // The terminal itself echoes: readline would redraw the line at each key, and a question may be longer than a row.
  const asking = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  const ended = new Promise<string>((resolve) => asking.once('close', () => resolve('')));
  try {
    const said = await Promise.race([asking.question(`${escaped(question)} [y/N] `), ended]);
    return /^y(es)?$/i.test(said.trim());
  } finally {
    asking.close();
  }
}
