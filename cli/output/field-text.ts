/** The seed's own lines and tables (SPEC section 7). */
import { formatGoDuration } from '../../src/protocol/duration.js';
import { elapsedSeconds, errorText } from '../../src/protocol/field-thread.js';
import type { ThreadView, WorkerEntry } from '../../src/protocol/thread.js';

/** A string as Rust's `{:?}` prints it. */
export function rustString(text: string): string {
  const named: Readonly<Record<string, string>> = {
    '"': '\\"',
    '\\': '\\\\',
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    '\0': '\\0',
    "'": "'",
  };
  const body = [...text]
    .map((char) => named[char] ?? (/\p{Cc}/u.test(char) ? `\\u{${char.codePointAt(0)?.toString(16)}}` : char))
    .join('');
  return `"${body}"`;
}

const some = (text: string | null) => (text === null ? 'None' : `Some(${text})`);

/** `#0: "/store1"; sector_id=Some(s-t010000-2), paused=true, …` */
export function threadLine(view: ThreadView, nowMs: number): string {
  const isPaused = view.mode === 'paused';
  const error = errorText(view);
  return [
    `#${view.index}: ${rustString(view.location)}; sector_id=${some(view.sector?.id ?? null)}`,
    `paused=${isPaused}`,
    `paused_elapsed=${some(isPaused ? `${elapsedSeconds(view, nowMs)}s` : null)}`,
    `state=${view.state}`,
    `last_err=${some(error === null ? null : rustString(error))}`,
  ].join(', ');
}

/** Today's columns, behind the seed's line with `--wide`. */
export function wideSuffix(view: ThreadView): string {
  const progress = view.progress ? ` ${view.progress.done}/${view.progress.total} ${view.progress.unit}` : '';
  return `, plan=${view.plan}, mode=${view.mode}, stage=${view.stage}${progress}`;
}

/** Columns as Go's tabwriter sets them: two spaces between, the last one ragged. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
        .join('  '),
    )
    .join('\n');
}

export function workerTable(
  workers: readonly WorkerEntry[],
  nowMs: number,
  expirationMs: number,
  isWide = false,
): string {
  const head = ['Name', 'Dest', 'Threads', 'Empty', 'Paused', 'Errors', 'LastPing(with ! if expired)'];
  const wideHead = isWide ? ['Version', 'Running', 'Waiting'] : [];
  const rows = workers.map(({ name, dest, version, summary, lastPing }) => {
    const ageMs = Math.max(0, nowMs - Date.parse(lastPing));
    const counts = [summary.threads, summary.empty, summary.paused, summary.errors].map(String);
    const wide = isWide ? [version ?? '-', String(summary.running), String(summary.waiting)] : [];
    return [
      name,
      dest,
      ...wide,
      ...counts,
      `${formatGoDuration(ageMs)}${ageMs > expirationMs ? ' (!)' : ''}`,
    ];
  });
  return table([[...head.slice(0, 2), ...wideHead, ...head.slice(2)], ...rows]);
}

export function infoTable(views: readonly ThreadView[], nowMs: number): string {
  const head = ['Index', 'Loc', 'SectorID', 'Paused', 'PausedElapsed', 'State', 'LastErr'];
  const rows = views.map((view) => {
    const isPaused = view.mode === 'paused';
    const elapsed = isPaused ? formatGoDuration(elapsedSeconds(view, nowMs) * 1000) : 'NULL';
    const error = errorText(view)?.replaceAll('\n', ' ') ?? 'NULL';
    return [
      String(view.index),
      view.location,
      view.sector?.id ?? 'NULL',
      String(isPaused),
      elapsed,
      view.state,
      error,
    ];
  });
  return table([head, ...rows]);
}

/** Today's columns before the seed's. */
export function wideInfoTable(views: readonly ThreadView[], nowMs: number): string {
  const [head = '', ...lines] = infoTable(views, nowMs).split('\n');
  const today = table([
    ['Plan', 'Mode', 'Stage'],
    ...views.map((view) => [view.plan, view.mode, view.stage.padEnd(15)]),
  ]).split('\n');
  return [head, ...lines].map((line, at) => `${(today[at] ?? '').padEnd(34)}  ${line}`).join('\n');
}
