/** Options of a daemon's log. Light: every command of the bin loads it. */
import { type LogLevel, logLevels } from '../../src/protocol/log.js';
import { option } from '../verbs/verb.js';

export const logFormats = ['text', 'json'] as const;
export type LogFormat = (typeof logFormats)[number];

export interface LogOptions {
  readonly logFormat?: LogFormat;
  readonly logLevel?: LogLevel;
  readonly logFile?: string;
}

/** `--log-format`, `--log-level` and `--log-file`. */
export const logOptions = [
  option('--log-format <format>', 'how log lines are written', { choices: logFormats, otherwise: 'text' }),
  option('--log-level <level>', 'the least important lines that are logged', {
    choices: logLevels,
    otherwise: 'info',
  }),
  option('--log-file <file>', 'append the log to this file, opened again at SIGHUP (default: stderr)'),
];
