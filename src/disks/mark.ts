/** The mark of a disk: a small file in a root directory that identifies the store. */

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { messageOf, SealvisorError } from '../protocol/errors.js';
import { fieldsOf } from '../protocol/json-object.js';
import { syncDirectory, writeNew } from './durable-file.js';
import { makeOne } from './make-below.js';
import { readRegular, readRegularSync } from './regular-file.js';
import { isMissing } from './stat-if-any.js';

/** What a root directory is used for. */
export type RootKind = 'location' | 'attached' | 'home';

export interface Mark {
  readonly version: 1;
  /** Random; the same for the whole life of the store, wherever its disk is mounted. */
  readonly id: string;
  readonly kind: RootKind;
  /** RFC 3339. */
  readonly madeAt: string;
  /** The worker that made it. */
  readonly madeBy: string;
}

/** Our own directory in a root. */
export const marksDir = '.sealvisor';
export const markPath = (root: string) => join(root, marksDir, 'mark.json');

const limits = { mostBytes: 64 * 1024 };

/** Undefined when the mark or its directory does not exist. @throws wrong_disk for a mark that cannot be read */
export async function readMark(root: string): Promise<Mark | undefined> {
  try {
    return markOf(root, await readRegular(markPath(root), limits));
  } catch (error) {
    return withoutMark(root, error);
  }
}

/** The same, synchronously: for a thread that works on no other disk. */
export function readMarkSync(root: string): Mark | undefined {
  try {
    return markOf(root, readRegularSync(markPath(root), limits));
  } catch (error) {
    return withoutMark(root, error);
  }
}

/**
 * Makes a mark, durable when it resolves, or returns the one that another process made first.
 * @throws errors of the file system
 */
export async function makeMark(root: string, kind: RootKind, madeBy: string, now: Date): Promise<Mark> {
  const mark: Mark = { version: 1, id: randomUUID(), kind, madeAt: now.toISOString(), madeBy };
  await makeOne(join(root, marksDir));
  await writeNew(markPath(root), `${JSON.stringify(mark, null, 2)}\n`);
  // Needed also when an earlier attempt was killed before this step.
  await syncDirectory(root);
  return (await readMark(root)) ?? mark;
}

function withoutMark(root: string, error: unknown): undefined {
  if (isMissing(error)) return undefined;
  if (error instanceof SealvisorError && error.code === 'wrong_disk') throw error;
  throw unreadable(root, messageOf(error), error);
}

function markOf(root: string, bytes: Buffer): Mark {
  let found: unknown;
  try {
    found = JSON.parse(bytes.toString());
  } catch (cause) {
    throw unreadable(root, messageOf(cause), cause);
  }
  const { version, id, kind, madeAt, madeBy } = fieldsOf(found);
  if (version !== 1) throw unreadable(root, `version ${version}, this program knows version 1`);
  const isWhole = typeof id === 'string' && typeof madeAt === 'string' && typeof madeBy === 'string';
  if (isWhole && (kind === 'location' || kind === 'attached' || kind === 'home'))
    return { version, id, kind, madeAt, madeBy };
  throw unreadable(root, 'fields are missing');
}

function unreadable(root: string, why: string, cause?: unknown): SealvisorError {
  return new SealvisorError(
    'wrong_disk',
    `the mark ${markPath(root)} cannot be read (${why}); nothing is written to ${root}: check the disk, then restore the mark, or remove it and run \`venus-worker store init\``,
    { cause },
  );
}
