/** What a local fleet tells: on a terminal the display, for a person; elsewhere, and in a log file, the log. */

import type { Log, LogLine } from '../../../src/protocol/log.js';
import { escapedLines } from '../../../src/protocol/text/escaped.js';
import type { HistoryRow } from '../../../src/protocol/thread.js';
import type { DaemonLog } from '../../log/daemon-log.js';
import type { LogOptions } from '../../log/log-options.js';
import { type ProgressDisplay, progressDisplay } from '../../output/progress.js';
import { rowLine } from '../../output/transition.js';
import { rowLogger } from '../worker/daemon.js';

export interface StartStory {
  readonly display: ProgressDisplay;
  readonly manager: Log;
  readonly worker: Log;
  /** A row of a thread's history. */
  row(index: number, row: HistoryRow): void;
  /** A line of the fleet as a whole. */
  line(text: string): void;
  /** A line when the display is stopped, or about to be. */
  closing(text: string): void;
  /** Several lines, for a person. */
  banner(text: string): void;
}

export function startStory(options: LogOptions, file: DaemonLog): StartStory {
  const { stderr } = process;
  const { isTTY } = stderr;
  const write = (text: string) => file.stderr(text);
  const display = progressDisplay({
    isTTY,
    get columns() {
      return stderr.columns;
    },
    get rows() {
      return stderr.rows;
    },
    write,
    on: (event, listener) => stderr.on(event, listener),
    off: (event, listener) => stderr.off(event, listener),
  });
  const logged = { manager: file.of('manager'), worker: file.of('worker') };
  const isShown = isTTY === true;
  const isLogged = !isShown || options.logFile !== undefined;
  /** For a person: what is wrong. The rest is in the rows, and why a thread is idle in its live line. */
  const shown: LogLine = (line, about) => {
    if (!about?.idle) display.print(`warning: ${line}`);
  };
  const both = (log: Log): Log => {
    if (!isShown) return log;
    const level =
      (inLog: LogLine, onTerminal?: LogLine): LogLine =>
      (line, about) => {
        if (isLogged) inLog(line, about);
        onTerminal?.(line, about);
      };
    return {
      error: level(log.error, shown),
      warn: level(log.warn, shown),
      info: level(log.info),
      debug: level(log.debug),
    };
  };
  const logRow = rowLogger(logged.worker);
  return {
    display,
    manager: both(logged.manager),
    worker: both(logged.worker),
    row: (index, row) => {
      if (isLogged) logRow(index, row);
      if (isShown) display.print(rowLine(index, row));
    },
    line: (text) => {
      if (isLogged) file.of('fleet').info(text);
      if (isShown) display.print(text);
    },
    closing: (text) => {
      if (isLogged) file.of('fleet').info(text);
      if (isShown) display.print(text);
    },
    banner: (text) => {
      if (isShown) for (const line of text.split('\n')) display.print(line);
      else write(`${escapedLines(text)}\n`);
    },
  };
}
