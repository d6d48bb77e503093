/** Output of a local fleet: on a terminal the live display; elsewhere, and in a log file, the log. */

import { rowEvent } from '../../../src/protocol/events/history-events.js';
import { type Emit, type LogEvent, lineOf } from '../../../src/protocol/events/table.js';
import { escapedLines } from '../../../src/protocol/text/escaped.js';
import type { HistoryRow } from '../../../src/protocol/thread.js';
import type { DaemonLog } from '../../log/daemon-log.js';
import type { LogOptions } from '../../log/log-options.js';
import { type ProgressDisplay, progressDisplay } from '../../output/progress.js';
import { rowLine } from '../../output/transition.js';

export interface StartStory {
  readonly display: ProgressDisplay;
  readonly manager: Emit;
  readonly worker: Emit;
  /** Shows a row of a thread's history. */
  row(index: number, row: HistoryRow): void;
  /** Prints a line about the fleet as a whole. */
  line(text: string): void;
  /** Events of the fleet as a whole: shown at every level. */
  readonly fleet: Emit;
  /** Prints several lines, for a person. */
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
  const isShown = isTTY === true;
  const isLogged = !isShown || options.logFile !== undefined;
  const log = file.of('worker');
  const inLog = file.of('fleet');
  const fleet: Emit = (event) => {
    if (isLogged) inLog(event);
    if (isShown) display.print(lineOf(event).message);
  };
  /** On the display only warnings and errors: the rest is in the rows, and an idle thread's reason is in its live line. */
  const show = (event: LogEvent) => {
    if (event.event === 'thread.idle') return;
    const { level, message } = lineOf(event);
    if (level === 'error' || level === 'warn') display.print(`warning: ${message}`);
  };
  const both =
    (emit: Emit): Emit =>
    (event) => {
      if (isLogged) emit(event);
      if (isShown) show(event);
    };
  return {
    display,
    manager: both(file.of('manager')),
    worker: both(log),
    row: (index, row) => {
      if (isLogged) log(rowEvent(index, row));
      if (isShown) display.print(rowLine(index, row));
    },
    fleet,
    line: (note) => fleet({ event: 'fleet.progress', note }),
    banner: (text) => {
      if (isShown) for (const line of text.split('\n')) display.print(line);
      else write(`${escapedLines(text)}\n`);
    },
  };
}
