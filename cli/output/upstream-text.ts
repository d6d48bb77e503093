/** Lines and tables in upstream's format (docs/spec.md#commands). */

import { passedMs } from '../../src/protocol/clock.js';
import { workProgress, workText } from '../../src/protocol/sector-progress.js';
import { humanDuration, untilText } from '../../src/protocol/text/ages.js';
import { formatGoDuration } from '../../src/protocol/text/duration.js';
import { oneLine } from '../../src/protocol/text/escaped.js';
import { binaryUnits } from '../../src/protocol/text/size.js';
import type { Estimate, ThreadEstimate, ThreadView } from '../../src/protocol/thread.js';
import { elapsedSeconds, errorText } from '../../src/protocol/upstream-thread.js';
import type { WorkerEntry } from '../../src/protocol/worker-entry.js';

/** Characters that Rust escapes: control, format, private, unassigned, separators other than the space, combining marks. */
const unprintable = /[\p{C}\p{Z}\p{Grapheme_Extend}]/u;

/** A string as Rust's `{:?}` prints it. */
export function rustString(text: string): string {
  const named: Readonly<Record<string, string>> = {
    '"': '\\"',
    '\\': '\\\\',
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    '\0': '\\0',
    ' ': ' ',
  };
  const escaped = (char: string) => `\\u{${char.codePointAt(0)?.toString(16)}}`;
  const body = [...text]
    .map((char) => named[char] ?? (unprintable.test(char) ? escaped(char) : char))
    .join('');
  return `"${body}"`;
}

const some = (text: string | null) => (text === null ? 'None' : `Some(${text})`);

/** `#0: "/store1"; sector_id=Some(s-t010000-2), paused=true, …` */
export function threadLine(view: ThreadView, nowMs: number): string {
  const isPaused = view.mode === 'paused';
  const error = errorText(view);
  return [
    `#${view.index}: ${rustString(view.location)}; sector_id=${some(view.sector ? oneLine(view.sector.id) : null)}`,
    `paused=${isPaused}`,
    `paused_elapsed=${some(isPaused ? `${elapsedSeconds(view, nowMs)}s` : null)}`,
    `state=${oneLine(view.state)}`,
    `last_err=${some(error === null ? null : rustString(error))}`,
  ].join(', ');
}

/** Our own fields, after upstream's line, with `--wide`; empty ones are left out. */
export function wideSuffix(view: ThreadView, nowMs: number, estimate?: Estimate): string {
  const { progress, tries, waitingFor, intent, processor, disk } = view;
  const { percent, leftMs } = workProgress(view, estimate?.stage);
  const sectorLeftMs = sectorLeft(view, estimate);
  return [
    oneLine(`, plan=${view.plan}, mode=${view.mode}, stage=${view.stage}`),
    progress ? ` ${progress.done}/${progress.total} ${oneLine(progress.unit)}` : '',
    percent === null ? '' : `, done=${percent}%`,
    leftMs === null ? '' : `, left=${JSON.stringify(humanDuration(leftMs))}`,
    sectorLeftMs === null ? '' : `, sector_left=${JSON.stringify(humanDuration(sectorLeftMs))}`,
    processor?.frozenBytes === undefined
      ? ''
      : `, frozen=${JSON.stringify(memoryText(processor.frozenBytes))}`,
    tries
      ? `, tries=${tries.n}/${tries.of}${tries.nextAt ? ` next ${untilText(tries.nextAt, nowMs)}` : ''}`
      : '',
    waitingFor
      ? `, waiting_for=${oneLine(waitingFor.limit)} place=${waitingFor.place} holders=[${waitingFor.holders}]`
      : '',
    disk ? `, waiting_for_disk=${rustString(disk.path)} since=${disk.since}` : '',
    intent ? `, intent=${intent.kind} ${intent.how} by ${rustString(intent.by)}` : '',
    intent?.reason ? ` reason=${rustString(intent.reason)}` : '',
  ].join('');
}

/** Time left of the sector in progress, ms, if the durations of all later stages are known. */
function sectorLeft({ mode }: ThreadView, estimate: Estimate | undefined): number | null {
  const { sector } = estimate ?? {};
  if (!sector || sector.unknown.length > 0) return null;
  return mode === 'running' || mode === 'pausing' ? sector.leftMs : null;
}

/** Memory in its largest binary unit, to a tenth: `12.3 GiB`. */
export function memoryText(bytes: number): string {
  const power = Math.min(binaryUnits.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${binaryUnits[power]}`;
}

/** Columns in the style of Go's tabwriter: two spaces between them, the last one not padded; cells have no line breaks. */
export function table(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(oneLine));
  const lengthOf = (cell: string) => [...cell].length;
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => lengthOf(row[column] ?? ''))),
  );
  const padded = (cell: string, column: number) =>
    cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - lengthOf(cell)));
  return cells
    .map((row) => row.map((cell, at) => (at === row.length - 1 ? cell : padded(cell, at))).join('  '))
    .join('\n');
}

export function workerTable(
  workers: readonly WorkerEntry[],
  nowMs: number,
  expirationMs: number,
  isWide = false,
): string {
  const head = ['Name', 'Dest', 'Threads', 'Empty', 'Paused', 'Errors', 'LastPing(with ! if expired)'];
  const wideHead = isWide ? ['Version', 'Life', 'Running', 'Waiting'] : [];
  const rows = workers.map(
    ({ name, label = name, dest, version, life, sectorsOf, summary, lastPing, silentMs }) => {
      // The manager's clock may differ from ours, so its own count is preferred.
      const ageMs = Math.max(0, silentMs ?? passedMs(lastPing, nowMs));
      const counts = [summary.threads, summary.empty, summary.paused, summary.errors].map(String);
      const wide = isWide
        ? [
            version ?? '-',
            sectorsOf === undefined ? (life ?? '-') : 'awaits adoption',
            String(summary.running),
            String(summary.waiting),
          ]
        : [];
      return [
        label,
        dest,
        ...wide,
        ...counts,
        `${formatGoDuration(ageMs)}${ageMs > expirationMs ? ' (!)' : ''}`,
      ];
    },
  );
  return table([[...head.slice(0, 2), ...wideHead, ...head.slice(2)], ...rows]);
}

const infoHead = ['Index', 'Loc', 'SectorID', 'Paused', 'PausedElapsed', 'State', 'LastErr'];

function infoRow(view: ThreadView, nowMs: number): readonly string[] {
  const isPaused = view.mode === 'paused';
  return [
    String(view.index),
    view.location,
    view.sector?.id ?? 'NULL',
    String(isPaused),
    isPaused ? formatGoDuration(elapsedSeconds(view, nowMs) * 1000) : 'NULL',
    view.state,
    errorText(view) ?? 'NULL',
  ];
}

export function infoTable(views: readonly ThreadView[], nowMs: number): string {
  return table([infoHead, ...views.map((view) => infoRow(view, nowMs))]);
}

/** Our columns come before upstream's, because its last one is not padded. */
export function wideInfoTable(
  views: readonly ThreadView[],
  nowMs: number,
  estimates: readonly ThreadEstimate[] = [],
): string {
  const row = (view: ThreadView) => {
    const stage = estimates.find(({ index }) => index === view.index)?.stage;
    const progress = workText(view, stage) || '-';
    return [view.plan, view.mode, view.stage, progress, ...infoRow(view, nowMs)];
  };
  return table([['Plan', 'Mode', 'Stage', 'Progress', ...infoHead], ...views.map(row)]);
}

/** The columns to watch, most important first: the terminal cuts the end. */
export function narrowTable(views: readonly ThreadView[], estimates: readonly ThreadEstimate[] = []): string {
  const row = (view: ThreadView) => {
    const stage = estimates.find(({ index }) => index === view.index)?.stage;
    const { percent, leftMs } = workProgress(view, stage);
    return [
      `#${view.index}`,
      view.sector?.id ?? view.job ?? '-',
      view.state,
      view.mode,
      percent === null ? '-' : `${percent}%`,
      leftMs === null ? '-' : humanDuration(leftMs),
      errorText(view) ?? '-',
    ];
  };
  return table([['#', 'Sector', 'State', 'Mode', 'Done', 'Left', 'LastErr'], ...views.map(row)]);
}
