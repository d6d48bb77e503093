import type { LogLevel } from '../../src/protocol/log.js';
import { tookText } from '../../src/protocol/text/ages.js';
import { escapedLines, oneLine } from '../../src/protocol/text/escaped.js';
import type { HistoryRow } from '../../src/protocol/thread.js';

/** One line for one row of history, whatever it says. `today` (`2026-11-22`): rows of another day begin with theirs. */
export function rowLine(index: number, row: HistoryRow, today = row.at.slice(0, 10)): string {
  return oneLine(lineOf(index, row, today));
}

/** A line for each row. */
export function rowLines(index: number, rows: readonly HistoryRow[], today: string): string {
  const text = rows.map((row) => lineOf(index, row, today)).join('\n');
  // Asked once of all: ten thousand rows have hardly a letter to replace.
  const lines = text.split('\n');
  const isPlain = !text.includes('\t') && escapedLines(text) === text;
  if (isPlain && lines.length === rows.length) return text;
  return rows.map((row) => rowLine(index, row, today)).join('\n');
}

function lineOf(index: number, row: HistoryRow, today: string): string {
  const at = row.at.startsWith(today)
    ? row.at.slice(11, 19)
    : `${row.at.slice(0, 10)} ${row.at.slice(11, 19)}`;
  return `${at} #${index} ${rowText(row)}`;
}

/** How a log ranks a row. */
export function rowLevel({ kind, level }: HistoryRow): LogLevel {
  if (kind === 'try' || level === 'abort') return 'warn';
  return kind === 'error' ? 'error' : 'info';
}

/** What a row says, beside its time and its thread. */
export function rowText(row: HistoryRow): string {
  const head = row.sector ?? '-';
  switch (row.kind) {
    case 'transition': {
      // The one that gets a sector has no name.
      const stage = row.stage === '-' ? '' : `${row.stage} `;
      const took = row.durationMs === null ? '' : ` (${stage}${tookText(row.durationMs)})`;
      return `${head} ${row.from} -> ${row.to}${took}`;
    }
    case 'try':
      return `${head} ${row.from}: ${row.level}: ${row.message}; tries again`;
    case 'error':
      return `${head} ${row.from}: ${row.level}: ${row.message}`;
    case 'command':
      return `${head} ${row.command} by ${row.by}${row.reason ? `: ${row.reason}` : ''}`;
    case 'lifecycle':
      return `${head} ${row.message ?? row.event}`;
  }
}
