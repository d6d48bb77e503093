/** Lines of a log: dated, with level, component and what they are about; as text or as JSON, one a line. */

import { type Log, type LogAbout, type LogLevel, logLevels } from '../../src/protocol/log.js';
import { escaped, escapedJson } from '../../src/protocol/text/escaped.js';
import type { LogFormat } from './log-options.js';

export interface LineFacts {
  readonly atMs: number;
  readonly level: LogLevel;
  /** Which part of the program speaks: worker, manager, log. */
  readonly component: string;
  readonly message: string;
  readonly about?: LogAbout | undefined;
}

/** Longer messages are cut, characters. */
const longestMessage = 8192;

export function logLine(format: LogFormat, facts: LineFacts): string {
  const message = cut(facts.message);
  const time = new Date(facts.atMs).toISOString();
  const { level, component, about = {} } = facts;
  if (format === 'json') return escapedJson(JSON.stringify({ time, level, component, ...about, message }));
  const parts = [time, level.padEnd(5), escaped(component), ...aboutText(about), escaped(message)];
  return parts.join(' ');
}

function aboutText({ thread, processor, pid }: LogAbout): readonly string[] {
  const child = processor === undefined ? undefined : escaped(processor);
  return [
    ...(thread === undefined ? [] : [`#${thread}`]),
    ...(child === undefined ? [] : [pid === undefined ? `${child}:` : `${child}[${pid}]:`]),
  ];
}

function cut(message: string): string {
  if (message.length <= longestMessage) return message;
  return `${message.slice(0, longestMessage)}… (${message.length - longestMessage} more characters)`;
}

/** A log of one component: lines of a level below `level` are not written. */
export function logger(options: {
  readonly format: LogFormat;
  readonly level: LogLevel;
  readonly component: string;
  /** Takes a line with its end. */
  readonly write: (line: string) => void;
  /** @default the wall clock */
  readonly now?: () => number;
}): Log {
  const { format, level: least, component, write, now = Date.now } = options;
  const lineAt = (level: LogLevel) => (message: string, about?: LogAbout) => {
    if (logLevels.indexOf(level) > logLevels.indexOf(least)) return;
    write(`${logLine(format, { atMs: now(), level, component, message, about })}\n`);
  };
  return { error: lineAt('error'), warn: lineAt('warn'), info: lineAt('info'), debug: lineAt('debug') };
}
