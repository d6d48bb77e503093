/** Limits what one child may log: the first lines of each period, then the number of dropped ones. */

import { idleClock } from '../actors/system-clock.js';

export interface LogBudgetOptions {
  /** Used in the line that reports how many were dropped. */
  readonly name: string;
  /** @default 10000 */
  readonly periodMs?: number;
  /** Lines in a period. @default 500 */
  readonly mostLines?: number;
  /** Bytes in a period. @default 256 KiB */
  readonly mostBytes?: number;
  /** Runs a function later. @default a timer that keeps no process alive */
  readonly later?: (run: () => void, ms: number) => void;
}

/** Longer lines are cut, bytes. */
export const longestLogLine = 8192;

const kibibyte = 1024;

/** Returns a function that takes each line; lines beyond the budget are only counted, so a flood fills neither log nor loop. */
export function logBudget(
  say: (line: string) => void,
  options: LogBudgetOptions,
): (line: Buffer | string) => void {
  const {
    name,
    periodMs = 10_000,
    mostLines = 500,
    mostBytes = 256 * kibibyte,
    later = idleClock.setTimeout,
  } = options;
  let lines = 0;
  let bytes = 0;
  let dropped = 0;
  const endPeriod = () => {
    if (dropped > 0)
      say(
        `${dropped.toLocaleString('en')} more line${dropped === 1 ? '' : 's'} of ${name} in ${periodMs / 1000} s ${dropped === 1 ? 'was' : 'were'} dropped`,
      );
    lines = 0;
    bytes = 0;
    dropped = 0;
  };
  return (line) => {
    if (lines === 0) later(endPeriod, periodMs);
    lines += 1;
    bytes += line.length;
    if (lines > mostLines || bytes > mostBytes) dropped += 1;
    else say(shown(line));
  };
}

/** The cut line with this mark stays within the limit. */
const cutMark = '… (cut)';

function shown(line: Buffer | string): string {
  if (line.length <= longestLogLine) return line.toString();
  const most = longestLogLine - cutMark.length;
  return (typeof line === 'string' ? line.slice(0, most) : line.toString('utf8', 0, most)) + cutMark;
}
