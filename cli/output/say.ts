/** Output of the process: answers go to stdout, everything else to stderr. */
import { type ErrorCode, errorCodes, isErrorCode, messageOf } from '../../src/protocol/errors.js';
import { escaped, escapedJson, escapedLines } from '../../src/protocol/text/escaped.js';

export const exitCodes = { done: 0, failed: 1, usage: 2, unchanged: 3, unreachable: 4 } as const;

/** Any text, made safe for a terminal. */
export const shownText = escapedLines;

/** One or more lines. Line breaks inside values must already be removed. */
export function answer(text: string): void {
  process.stdout.write(`${escapedLines(text)}\n`);
}

export function answerJson(value: unknown): void {
  process.stdout.write(`${escapedJson(JSON.stringify(value, null, 2))}\n`);
}

/** One JSON document per line, in one write. */
export function answerJsonLines(values: readonly unknown[]): void {
  process.stdout.write(`${escapedJson(values.map((each) => JSON.stringify(each)).join('\n'))}\n`);
}

/** One line: line breaks in the text are escaped. */
export function tell(text: string): void {
  process.stderr.write(`${escaped(text)}\n`);
}

/** Several lines. Line breaks inside values must already be removed. */
export function tellLines(text: string): void {
  process.stderr.write(`${escapedLines(text)}\n`);
}

/** One clear line; the trace only with `--debug`. Sets the exit code. */
export function fail(thrown: unknown): void {
  const code = ourCode(thrown);
  tell(`error: ${messageOf(thrown)}${code === undefined ? '' : ` (${code})`}`);
  if (process.argv.includes('--debug') && thrown instanceof Error) tellLines(thrown.stack ?? '');
  process.exitCode = code === undefined ? exitCodes.failed : errorCodes[code].exit;
}

/** By the code, not by `instanceof`: a bundled bin may have several copies of the error class. */
function ourCode(thrown: unknown): ErrorCode | undefined {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  return isErrorCode(code) ? code : undefined;
}

/** The result of a command that changes a thread: its message, or the whole reply with `--json`; exit 3 when nothing changed. */
export function answerControl(reply: { changed: boolean; message: string }, json: boolean): void {
  if (json) answerJson(reply);
  else tell(reply.message);
  if (!reply.changed) process.exitCode = exitCodes.unchanged;
}
