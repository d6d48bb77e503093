/** The log of a daemon, from its options: on stderr, or in a file that is opened again when it is asked to. */
import { messageOf } from '../../src/protocol/errors.js';
import type { Log } from '../../src/protocol/log.js';
import { escaped } from '../../src/protocol/text/escaped.js';
import type { LogFormat, LogOptions } from './log-options.js';
import { logger, logLine } from './logger.js';
import { fileOutlet, type Outlet, stderrOutlet } from './outlet.js';
import { boundedSink, type Gap } from './sink.js';

export interface DaemonLog {
  of(component: string): Log;
  /** Text for the person at stderr, whole lines; never waited for, as the log. */
  stderr(text: string): void;
  /** Opens the file again, whatever has become of the old one; without a file nothing happens. */
  reopen(): Promise<void>;
  /** Waits a second at most for what is not written yet. */
  close(): Promise<void>;
}

const closingMs = 1000;

/**
 * Runs a daemon with its log, which is closed behind it. What the daemon ends with is the command's own error; a log
 * file gets it as well. @throws location_not_writable when the file cannot be opened, and what `run` throws
 */
export async function withLog(
  options: LogOptions,
  component: string,
  run: (log: Log, file: DaemonLog) => Promise<void>,
): Promise<void> {
  const file = await openLog(options);
  const log = file.of(component);
  if (options.logFile !== undefined) file.stderr(`the log is written to ${escaped(options.logFile)}\n`);
  try {
    await run(log, file);
  } catch (error) {
    if (options.logFile !== undefined) log.error(messageOf(error));
    throw error;
  } finally {
    await file.close();
  }
}

/** @throws location_not_writable when the file cannot be opened */
export async function openLog(options: LogOptions): Promise<DaemonLog> {
  const { logFormat: format = 'text', logLevel: level = 'info', logFile } = options;
  const sinkTo = (outlet: Outlet) => boundedSink({ outlet, gapLine: (gap) => gapLine(format, gap) });
  const stderr = sinkTo(stderrOutlet());
  const sink = logFile === undefined ? stderr : sinkTo(await fileOutlet(logFile));
  const of = (component: string) => logger({ format, level, component, write: sink.write });
  return {
    of,
    stderr: stderr.write,
    reopen: async () => {
      if (logFile === undefined) return;
      try {
        sink.moveTo(await fileOutlet(logFile));
      } catch (error) {
        of('log').error(`${messageOf(error)}; the file that was open is written to meanwhile`);
      }
    },
    close: async () => {
      await Promise.all([sink.flush(closingMs), stderr.flush(closingMs)]);
    },
  };
}

function gapLine(format: LogFormat, { count, sinceMs, why }: Gap): string {
  const lines = count === 1 ? '1 line was' : `${count.toLocaleString('en')} lines were`;
  const message = `${lines} dropped since ${new Date(sinceMs).toISOString()}: the log could not be written (${why})`;
  return `${logLine(format, { atMs: Date.now(), level: 'warn', component: 'log', message })}\n`;
}
