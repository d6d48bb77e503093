import { rowEvent } from '../../src/protocol/events/history-events.js';
import { lineOf as lineOfEvent } from '../../src/protocol/events/table.js';
import { escapedLines, oneLine } from '../../src/protocol/text/escaped.js';
import type { HistoryRow } from '../../src/protocol/thread.js';

/** One line for one row of history, without line breaks. `today` (`2026-11-22`): rows of another day start with their date. */
export function rowLine(index: number, row: HistoryRow, today = row.at.slice(0, 10)): string {
  return oneLine(lineOf(index, row, today));
}

/** A line for each row. */
export function rowLines(index: number, rows: readonly HistoryRow[], today: string): string {
  const text = rows.map((row) => lineOf(index, row, today)).join('\n');
  // Checked once for all rows: ten thousand rows hardly ever have a character to escape.
  const lines = text.split('\n');
  const isPlain = !text.includes('\t') && escapedLines(text) === text;
  if (isPlain && lines.length === rows.length) return text;
  return rows.map((row) => rowLine(index, row, today)).join('\n');
}

function lineOf(index: number, row: HistoryRow, today: string): string {
  const at = row.at.startsWith(today)
    ? row.at.slice(11, 19)
    : `${row.at.slice(0, 10)} ${row.at.slice(11, 19)}`;
  return `${at} #${index} ${lineOfEvent(rowEvent(index, row)).message}`;
}
