/** The worker as a whole, as text. */

import { adoptionText } from '../../src/protocol/text/adoption.js';
import { sinceText, untilText, wishText } from '../../src/protocol/text/ages.js';
import { formatGoDuration } from '../../src/protocol/text/duration.js';
import { oneLine } from '../../src/protocol/text/escaped.js';
import { sizeNear } from '../../src/protocol/text/size.js';
import type {
  BreakerView,
  DrainView,
  FrozenProcess,
  LimitView,
  StoreView,
  WorkerView,
} from '../../src/protocol/worker.js';
import { keyLines } from './show-text.js';
import { memoryText, table } from './upstream-text.js';

export function workerText(view: WorkerView, nowMs: number): string {
  const { counts, cordon, drain } = view;
  const head = keyLines([
    ['worker', view.name],
    ['version', view.version],
    ['life', view.life],
    ['manager', managerText(view.manager, nowMs)],
    ['cordon', cordon && `by ${wishText(cordon, nowMs)}`],
    ['drain', drain && `by ${wishText(drain, nowMs)}`],
    ...(drain ? ([['', drainLine(drain)]] as const) : []),
    [
      'threads',
      `${counts.threads}: ${counts.running} running, ${counts.waiting} waiting, ${counts.paused} paused, ${counts.empty} empty, ${counts.errors} with errors`,
    ],
  ]);
  const frozen = view.frozen ? ['', frozenTable(view.frozen)] : [];
  const limits = view.limits.length > 0 ? ['', limitTable(view.limits)] : [];
  const breakers = view.breakers.length > 0 ? ['', breakerTable(view.breakers, nowMs)] : [];
  const stores = view.stores.length > 0 ? ['', storeTable(view.stores)] : [];
  return [head, ...frozen, ...stores, ...limits, ...breakers].join('\n');
}

/** The manager that its sectors belong to, or that it waits for adoption by another one. */
function managerText(manager: WorkerView['manager'], nowMs: number): string | null {
  return adoptionText(manager, nowMs) ?? manager?.id ?? null;
}

/** `2 of 3 threads are at a safe point; #1 s-t010000-2 is running PC1` */
export function drainLine({ done, of, left, toFinish, holding = [] }: DrainView): string {
  const stand = toFinish ? 'are done with their sector' : 'are at a safe point';
  const held = holding.map(({ index, sector, state }) => `#${index} ${sector ?? '-'} at ${state}`);
  const paused = held.length > 0 ? [`${held.length} paused with their sector: ${held.join(', ')}`] : [];
  const at = left.map(
    ({ index, sector, state, stage, mode }) =>
      `#${index} ${sector ?? '-'} ${mode} at ${stage === '-' ? state : stage}`,
  );
  return oneLine([`${done - held.length} of ${of} threads ${stand}`, ...paused, ...at].join('; '));
}

/** `frozen: #0 pc1 (pid 4711, 12.3 GiB)` */
export function frozenLine(frozen: readonly FrozenProcess[]): string {
  const each = frozen.map(
    ({ index, name, pid, bytes }) =>
      `#${index} ${name} (pid ${pid}${bytes === null ? '' : `, ${memoryText(bytes)}`})`,
  );
  return oneLine(`frozen: ${each.join(', ')}`);
}

function frozenTable(frozen: readonly FrozenProcess[]): string {
  return table([
    ['Frozen', 'Stage', 'Pid', 'Memory'],
    ...frozen.map(({ index, name, pid, bytes }) => [
      `#${index}`,
      name,
      String(pid),
      bytes === null ? '-' : memoryText(bytes),
    ]),
  ]);
}

const threads = (indexes: readonly number[]) => indexes.map((index) => `#${index}`).join(' ') || '-';

export function limitTable(limits: readonly LimitView[]): string {
  return table([
    ['Stage', 'Limit', 'Configured', 'Staggered', 'Holders', 'Line'],
    ...limits.map(({ name, limit, set, configured, staggeredMs, holders, queue }) => [
      name,
      `${limit ?? 'none'}${set ? ` (by ${set.by})` : ''}`,
      String(configured ?? 'none'),
      staggeredMs === null ? '-' : formatGoDuration(staggeredMs),
      threads(holders),
      threads(queue),
    ]),
  ]);
}

export function storeTable(stores: readonly StoreView[]): string {
  const size = (bytes: number | null) => (bytes === null ? '?' : sizeNear(bytes));
  return table([
    ['Store', 'Location', 'Free', 'Of', 'Granted', 'Holders', 'Note'],
    ...stores.map(({ name, location, isReadonly, freeBytes, totalBytes, grantedBytes, holders, why }) => [
      name,
      location,
      size(freeBytes),
      size(totalBytes),
      grantedBytes > 0 ? sizeNear(grantedBytes) : '-',
      threads(holders),
      [isReadonly ? 'read-only' : '', why ?? ''].filter((note) => note !== '').join(', ') || '-',
    ]),
  ]);
}

export function breakerTable(breakers: readonly BreakerView[], nowMs: number): string {
  return table([
    ['Breaker', 'Open', 'Failed', 'Line', 'Probe', 'Error'],
    ...breakers.map(({ stage, since, failed, queue, probe, nextProbeAt, level, message }) => [
      stage,
      sinceText(since, nowMs),
      threads(failed),
      threads(queue),
      probe === null ? (nextProbeAt ? untilText(nextProbeAt, nowMs) : '-') : `#${probe} now`,
      `${level}: ${message}`,
    ]),
  ]);
}
