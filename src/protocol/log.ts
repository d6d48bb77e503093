/** What a daemon's log takes. The log itself is made where the daemon is put together (cli/log). */

export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/** What a line is about, as far as that is known. */
export interface LogAbout {
  /** Index of the sealing thread. */
  readonly thread?: number;
  /** Stage of the processor child that printed the line. */
  readonly processor?: string;
  /** Process id of that child. */
  readonly pid?: number;
  /** `s-t010000-2` */
  readonly sector?: string;
  /** It tells why a thread has nothing to do, which may be as it should be. */
  readonly idle?: true;
}

/** Logs one line at a level that its name says. Never throws, never waits. */
export type LogLine = (message: string, about?: LogAbout) => void;

export type Log = Readonly<Record<LogLevel, LogLine>>;
