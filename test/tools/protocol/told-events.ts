import { type Emit, type LogEvent, lineOf } from '#src/protocol/events/table.js';

/** Takes events: all of them, their lines with the level, and the messages of those that warn. */
export function toldEvents() {
  const told: LogEvent[] = [];
  const lines: string[] = [];
  const warnings: string[] = [];
  const emit: Emit = (event) => {
    const { level, message } = lineOf(event);
    told.push(event);
    lines.push(`${level} ${message}`);
    if (level === 'error' || level === 'warn') warnings.push(message);
  };
  return { emit, told, lines, warnings };
}

/** Puts the messages of events that warn behind each other. */
export function warningsTo(warnings: string[]): Emit {
  return (event) => {
    const { level, message } = lineOf(event);
    if (level === 'error' || level === 'warn') warnings.push(message);
  };
}
