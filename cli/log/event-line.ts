/** Log lines: an event with its time, level and component, as text or as JSON, one per line. */
import { type Emit, type LogEvent, levelOf, lineOf } from '../../src/protocol/events/table.js';
import { type LogLevel, logLevels } from '../../src/protocol/log.js';
import { escaped, escapedJson } from '../../src/protocol/text/escaped.js';
import type { LogFormat } from './log-options.js';

export interface LineFacts {
  readonly atMs: number;
  /** The part of the program that logs it: worker, manager, log. */
  readonly component: string;
  readonly event: LogEvent;
}

/** Longer messages are cut, characters. */
const longestMessage = 8192;

export function eventLine(format: LogFormat, { atMs, component, event: told }: LineFacts): string {
  const { level, message, prefix } = lineOf(told);
  const time = new Date(atMs).toISOString();
  if (format === 'json') {
    const { event, ...fields } = told;
    const short = (_: string, value: unknown) => (typeof value === 'string' ? cut(value) : value);
    return escapedJson(JSON.stringify({ time, level, component, event, ...fields, message }, short));
  }
  const head = prefix === undefined ? [] : [escaped(prefix)];
  return [time, level.padEnd(5), escaped(component), ...head, escaped(cut(message))].join(' ');
}

function cut(message: string): string {
  if (message.length <= longestMessage) return message;
  return `${message.slice(0, longestMessage)}… (${message.length - longestMessage} more characters)`;
}

/** The log of one component: events less severe than `level` are not written. */
export function eventLog(options: {
  readonly format: LogFormat;
  readonly level: LogLevel;
  readonly component: string;
  /** Takes a line with its line break. */
  readonly write: (line: string) => void;
  /** @default the wall clock */
  readonly now?: () => number;
}): Emit {
  const { format, level: least, component, write, now = Date.now } = options;
  return (event) => {
    if (logLevels.indexOf(levelOf(event.event)) > logLevels.indexOf(least)) return;
    write(`${eventLine(format, { atMs: now(), component, event })}\n`);
  };
}
