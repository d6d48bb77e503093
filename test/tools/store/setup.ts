import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import { emptyRecord, type ThreadRecord } from '#machines/thread-record.js';
import type { Row } from '#src/protocol/thread.js';
import { openThreadStore, type ThreadStore, type ThreadStoreOptions } from '#src/store/thread-store.js';

export const since = '2026-11-22T10:00:00.000Z';
export const sector = { miner: 10000, number: 2, id: 's-t010000-2', proofType: 5, size: 2048 };

/** A fresh directory that is gone after the test. */
export function freshDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'sealvisor-store-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A thread's store that is closed after the test, if the test has not done so. */
export function openStore(
  location = freshDir(),
  options: ThreadStoreOptions = {},
): ThreadStore & { readonly location: string } {
  const store = openThreadStore(location, options);
  onTestFinished(() => store.close());
  return { ...store, location };
}

/** The files of a directory and what is in them. */
export function contentOf(dir: string): Readonly<Record<string, Buffer>> {
  return Object.fromEntries(readdirSync(dir).map((name) => [name, readFileSync(join(dir, name))]));
}

/** Runs SQL on a closed store, as a faulty disk or another program would. */
export function tamper<T>(location: string, act: (db: Database.Database) => T): T {
  const db = new Database(join(location, 'sealvisor.db'));
  try {
    return act(db);
  } finally {
    db.close();
  }
}

export function recordOf(facts: Partial<ThreadRecord> = {}): ThreadRecord {
  return { ...emptyRecord('sealer', since), ...facts };
}

export function rowOf(facts: Partial<Row> = {}): Row {
  return {
    at: since,
    kind: 'transition',
    sector: null,
    from: null,
    to: null,
    event: null,
    stage: null,
    durationMs: null,
    level: null,
    message: null,
    by: null,
    reason: null,
    command: null,
    ...facts,
  };
}

/** What `act` throws. */
export function thrownBy(act: () => unknown): Error & { readonly code?: string } {
  try {
    act();
  } catch (error) {
    if (error instanceof Error) return error;
    throw new Error(`threw no error: ${String(error)}`);
  }
  throw new Error('nothing was thrown');
}
