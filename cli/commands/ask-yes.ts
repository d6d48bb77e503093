/** Questions to the person at the terminal. */
import { createInterface } from 'node:readline/promises';
import { escaped } from '../../src/protocol/text/escaped.js';

/** stdout may be a pipe: the question goes to stderr. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Whether the answer is yes; everything else is no, the end of the input too. */
export async function askYes(question: string): Promise<boolean> {
  if (process.stdin.readableEnded) return false;
  // The terminal itself echoes: an edited line would be drawn again with each key, and a question may be longer than a row.
  const asking = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  const ended = new Promise<string>((resolve) => asking.once('close', () => resolve('')));
  try {
    const said = await Promise.race([asking.question(`${escaped(question)} [y/N] `), ended]);
    return /^y(es)?$/i.test(said.trim());
  } finally {
    asking.close();
  }
}
