/** The options by which a daemon's log is chosen. Light: every command of the bin loads it. */
import { type Command, Option } from 'commander';
import { type LogLevel, logLevels } from '../../src/protocol/log.js';

export const logFormats = ['text', 'json'] as const;
export type LogFormat = (typeof logFormats)[number];

export interface LogOptions {
  readonly logFormat?: LogFormat;
  readonly logLevel?: LogLevel;
  readonly logFile?: string;
}

/** Adds `--log-format`, `--log-level` and `--log-file`. */
export function logOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--log-format <format>', 'how log lines are written')
        .choices([...logFormats])
        .default('text'),
    )
    .addOption(
      new Option('--log-level <level>', 'the least important lines that are logged')
        .choices([...logLevels])
        .default('info'),
    )
    .option('--log-file <file>', 'append the log to this file, opened again at SIGHUP (default: stderr)');
}
