import { lineOf } from '../../dist/src/protocol/events/table.js';

/** Prints events that warn. @param {import('../../dist/src/protocol/events/table.js').LogEvent} event */
export function shown(event) {
  const { level, message } = lineOf(event);
  if (level === 'warn' || level === 'error') console.error(message);
}
