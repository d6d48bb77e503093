import type { HistoryRow } from '../../src/protocol/thread.js';

/** One line for one row of history, whatever it says. */
export function rowLine(index: number, row: HistoryRow): string {
  return lineOf(index, row).replace(/\p{Cc}/gu, ' ');
}

function lineOf(index: number, row: HistoryRow): string {
  const head = `${row.at.slice(11, 19)} #${index} ${row.sector ?? '-'}`;
  switch (row.kind) {
    case 'transition': {
      const took = row.durationMs === null ? '' : ` (${row.stage} ${(row.durationMs / 1000).toFixed(2)}s)`;
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
