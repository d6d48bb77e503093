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

/** Puts the messages of all events behind each other; a line that a child printed names the child. */
export function messagesTo(messages: string[]): Emit {
  return (event) => {
    const { message } = lineOf(event);
    messages.push(event.event === 'processor.printed' ? `processor ${event.processor}: ${message}` : message);
  };
}
