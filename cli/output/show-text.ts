import { workText } from '../../src/protocol/sector-progress.js';
import { clockText, humanDuration, sinceText, untilText, wishText } from '../../src/protocol/text/ages.js';
import { oneLine } from '../../src/protocol/text/escaped.js';
import { sizeText } from '../../src/protocol/text/size.js';
import { lineText } from '../../src/protocol/text/why.js';
import type { Estimate, HistoryRow, ThreadView } from '../../src/protocol/thread.js';
import { errorText } from '../../src/protocol/upstream-thread.js';
import { rowLine } from './transition.js';
import { memoryText } from './upstream-text.js';

/** Everything about one thread, one key and value per line. */
export function showText(
  view: ThreadView,
  estimate: Estimate,
  rows: readonly HistoryRow[],
  nowMs: number,
): string {
  const { sector, intent, lastError, tries, waitingFor, processor, disk, reportRefused } = view;
  const today = new Date(nowMs).toISOString().slice(0, 10);
  const pid = processor?.pid ? ` (pid ${processor.pid})` : '';
  const held =
    processor?.frozenBytes === undefined
      ? ''
      : `, frozen with ${memoryText(processor.frozenBytes)} of memory`;
  return keyLines([
    ['thread', `#${view.index} ${view.location}`],
    ['plan', view.plan],
    ['sector', sector && `${sector.id}${sector.size > 0 ? ` (${sizeText(sector.size)})` : ''}`],
    ['state', view.state],
    ['stage', view.stage],
    ['mode', `${view.mode} ${sinceText(view.since, nowMs)}`],
    ['intent', intent && `${intent.kind} ${intent.how} by ${wishText(intent, nowMs)}`],
    ['last error', lastError && `${errorText(view)} (${lastError.stage}, ${clockText(lastError.at, nowMs)})`],
    [
      'tries',
      tries &&
        `try ${tries.n} of ${tries.of}${tries.nextAt ? `, next ${untilText(tries.nextAt, nowMs)}` : ''}`,
    ],
    ['waiting for', waitingFor && `${waitingFor.limit}: ${lineText(waitingFor, nowMs)}`],
    ...(disk ? [['disk', `${disk.path} has not answered ${sinceText(disk.since, nowMs)}`] as const] : []),
    ...(reportRefused
      ? [
          [
            'report refused',
            `${reportRefused.state}: ${reportRefused.message} (${clockText(reportRefused.at, nowMs)})`,
          ] as const,
        ]
      : []),
    ['processor', processor && `${processor.name}${pid}${held}`],
    ['progress', workText(view, estimate.stage) || null],
    ['possible', view.possible.join(', ') || null],
    ['stage takes', stageText(estimate.stage)],
    ['sector takes', sectorText(estimate.sector)],
    ['incarnation', `${view.incarnation}, revision ${view.revision}`],
    ['history', rows.map((row) => rowLine(view.index, row, today))],
  ]);
}

/** Keys in a column; null is a dash, a list has one value per line, and values have no line breaks. */
export function keyLines(pairs: readonly (readonly [string, string | readonly string[] | null])[]): string {
  const width = Math.max(...pairs.map(([key]) => key.length));
  return pairs
    .flatMap(([key, value]) => {
      const values = typeof value === 'string' ? [value] : value && value.length > 0 ? value : ['-'];
      return values.map((each, at) => `${(at === 0 ? key : '').padEnd(width)}  ${oneLine(each)}`);
    })
    .join('\n');
}

function stageText(stage: Estimate['stage']): string | null {
  if (!stage) return null;
  const { name, elapsedMs, usualMs, leftMs, samples } = stage;
  const isIn = `${humanDuration(elapsedMs)} in`;
  if (usualMs === null) return `${name}: ${isIn}; no earlier one to tell from`;
  const left =
    leftMs === null ? '' : leftMs > 0 ? `, about ${humanDuration(leftMs)} left` : ', over its usual time';
  return `${name}: usually ${humanDuration(usualMs)} (of ${samples}), ${isIn}${left}`;
}

function sectorText(sector: Estimate['sector']): string | null {
  if (!sector) return null;
  const unknown = sector.unknown.length > 0 ? `not known yet: ${sector.unknown.join(', ')}` : '';
  const left = sector.leftMs === null ? '' : `about ${humanDuration(sector.leftMs)} left`;
  return [left, unknown].filter((part) => part !== '').join('; ') || null;
}
