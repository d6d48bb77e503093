/** The log of a daemon, from its options: on stderr, or in a file that can be reopened. */
import { faultFields } from '../../src/protocol/events/event.js';
import type { Emit } from '../../src/protocol/events/table.js';
import { escaped } from '../../src/protocol/text/escaped.js';
import { eventLine, eventLog } from './event-line.js';
import type { LogFormat, LogOptions } from './log-options.js';
import { fileOutlet, type Outlet, stderrOutlet } from './outlet.js';
import { BoundedSink, type Gap } from './sink.js';

export interface DaemonLog {
  of(component: string): Emit;
  /** Text for a person at stderr, in whole lines; like the log, it never blocks. */
  stderr(text: string): void;
  /** Reopens the file, even if it was moved or removed; does nothing without a file. */
  reopen(): Promise<void>;
  /** Waits at most one second for lines that are not written yet. */
  close(): Promise<void>;
}

const closingMs = 1000;

/**
 * Runs a daemon with its log and closes the log afterwards. An error of the daemon is the command's error; a log
 * file also gets it. @throws location_not_writable when the file cannot be opened, and what `run` throws
 */
export async function withLog(
  options: LogOptions,
  component: string,
  run: (emit: Emit, file: DaemonLog) => Promise<void>,
): Promise<void> {
  const file = await openLog(options);
  const emit = file.of(component);
  if (options.logFile !== undefined) file.stderr(`the log is written to ${escaped(options.logFile)}\n`);
  try {
    await run(emit, file);
  } catch (error) {
    if (options.logFile !== undefined) emit({ event: 'daemon.failed', ...faultFields(error) });
    throw error;
  } finally {
    await file.close();
  }
}

/** @throws location_not_writable when the file cannot be opened */
export async function openLog(options: LogOptions): Promise<DaemonLog> {
  const { logFormat: format = 'text', logLevel: level = 'info', logFile } = options;
  const sinkTo = (outlet: Outlet) => new BoundedSink({ outlet, gapLine: (gap) => gapLine(format, gap) });
  const stderr = sinkTo(stderrOutlet());
  const sink = logFile === undefined ? stderr : sinkTo(await fileOutlet(logFile));
  const of = (component: string) => eventLog({ format, level, component, write: (text) => sink.write(text) });
  return {
    of,
    stderr: (text) => stderr.write(text),
    reopen: async () => {
      if (logFile === undefined) return;
      try {
        sink.moveTo(await fileOutlet(logFile));
      } catch (error) {
        of('log')({ event: 'log.notReopened', ...faultFields(error) });
      }
    },
    close: async () => {
      await Promise.all([sink.flush(closingMs), stderr.flush(closingMs)]);
    },
  };
}

function gapLine(format: LogFormat, { count, sinceMs, why }: Gap): string {
  const since = new Date(sinceMs).toISOString();
  const event = { event: 'log.dropped', count, since, reason: why } as const;
  return `${eventLine(format, { atMs: Date.now(), component: 'log', event })}\n`;
}
