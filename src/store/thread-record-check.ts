/** Checks that a stored value is a thread's record. */
import { emptyState, type Plan, planNamed, planState, plans } from '../../machines/index.js';
import type { ThreadRecord } from '../../machines/thread-record.js';
import { messageOf, SealvisorError } from '../protocol/errors.js';
import { faultIn, type StoredRecord } from './record-table.js';

export function unreadable(file: string, why: string, cause?: unknown): SealvisorError {
  return new SealvisorError(
    'record_unreadable',
    `the record in ${file} cannot be read (${why}); it was left as it is: restore it, or move it and its -wal away to start the thread empty`,
    { cause },
  );
}

/**
 * The record of a thread whose next job uses `plan`. We wrote it ourselves, so checking its shape is enough; loading a
 * schema library would double the start time of a thread. @throws record_unreadable
 */
export function parseRecord(found: StoredRecord, file: string, plan: Plan): ThreadRecord {
  const fault = faultIn(found);
  if (fault !== undefined) throw unreadable(file, fault);
  let record: Partial<ThreadRecord>;
  try {
    record = JSON.parse(found.body) as Partial<ThreadRecord>;
  } catch (cause) {
    throw unreadable(file, messageOf(cause), cause);
  }
  if (!isRecord(record)) throw unreadable(file, 'fields are missing');
  // Without a current job the plan is only a name; a current job keeps its own plan, even if another is configured now.
  if (record.state === emptyState) return { ...record, plan: plan.name };
  const own = record.plan === plan.name ? plan : planNamed(record.plan);
  if (!own)
    throw unreadable(file, `no plan ${record.plan} is known: there are ${Object.keys(plans).join(', ')}`);
  if (!planState(own, record.state))
    throw unreadable(file, `plan ${own.name} knows no state ${record.state}`);
  return record;
}

function isRecord(record: Partial<ThreadRecord> | null): record is ThreadRecord {
  if (typeof record !== 'object' || record === null) return false;
  const isNullOr = (key: keyof ThreadRecord, type: 'number' | 'object') =>
    record[key] === null || typeof record[key] === type;
  return (
    record.version === 1 &&
    typeof record.plan === 'string' &&
    typeof record.state === 'string' &&
    typeof record.outputs === 'object' &&
    record.outputs !== null &&
    typeof record.isPaused === 'boolean' &&
    typeof record.isResting === 'boolean' &&
    typeof record.tries === 'number' &&
    typeof record.since === 'string' &&
    isNullOr('nextAtMs', 'number') &&
    isNullOr('intent', 'object') &&
    isNullOr('lastError', 'object') &&
    (record.sector === null || typeof record.sector?.id === 'string')
  );
}
