/** Delays reports caused by commands until the commands are answered, so that the worker's loop sends the answers first. */
import type { Clock } from '../../actors/index.js';
import { systemClock } from '../../actors/system-clock.js';
import type { SectorReport, SectorReports } from './report.js';

export interface ReportsHeldBack extends SectorReports {
  /** Reports it after the answer to the current command; the order of reports is kept. */
  tellBehind(report: SectorReport): void;
}

const answerMs = 5;

export function reportsHeldBack(
  reports: SectorReports,
  clock: Pick<Clock, 'setTimeout' | 'clearTimeout'> = systemClock,
): ReportsHeldBack {
  const held: SectorReport[] = [];
  let timer: unknown;
  const release = () => {
    clock.clearTimeout(timer);
    timer = undefined;
    for (const report of held.splice(0)) reports.tell(report);
  };
  return {
    again: () => reports.again(),
    asked: (id) => reports.asked(id),
    tell: (report) => {
      release();
      reports.tell(report);
    },
    tellBehind: (report) => {
      if (held.push(report) === 1) timer = clock.setTimeout(release, answerMs);
    },
    stop: () => {
      release();
      reports.stop();
    },
  };
}
