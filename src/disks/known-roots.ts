/**
 * Which store a worker expects in which directory, and the worker's id. The list is kept in every location, in the
 * worker's home and, under the worker's own key, in every attached store, so it survives the loss of a disk.
 */

import { hash } from 'node:crypto';
import { join } from 'node:path';
import { messageOf, SealvisorError } from '../protocol/errors.js';
import { fieldsOf, isObject, type JsonObject } from '../protocol/json-object.js';
import { writeDurably } from './durable-file.js';
import { marksDir, type RootKind } from './mark.js';
import { readRegular } from './regular-file.js';
import { isMissing } from './stat-if-any.js';

export interface KnownRoot {
  /** As in the worker's configuration. */
  readonly path: string;
  /** The id in its mark. */
  readonly id: string;
  readonly kind: RootKind;
  /** When it was accepted, RFC 3339: the later of two entries wins. */
  readonly at: string;
}

/** A list as it was read. */
export interface KnownList {
  readonly roots: readonly KnownRoot[];
  /** The id of the worker that wrote it under this key; null if it has none or was written under another key. */
  readonly worker: string | null;
}

/** The worker that the list belongs to. */
export interface ListOwner {
  readonly key: string;
  /** The worker's id; null if it is not known. */
  readonly worker: string | null;
}

export type KnownRoots = ReadonlyMap<string, KnownRoot>;

/** Names a worker's list in a store that several workers share. */
export function listKey(worker: string, configPath: string): string {
  return hash('sha1', `${worker}\n${configPath}`).slice(0, 16);
}

const listPath = (root: string, name: string) => join(root, marksDir, `roots-${name}.json`);
const limits = { mostBytes: 4 * 1024 * 1024 };

/** Empty if there is no list. @throws wrong_disk for one that cannot be read */
export async function readKnownRoots(root: string, name: string, key: string): Promise<KnownList> {
  const path = listPath(root, name);
  try {
    const found: unknown = JSON.parse((await readRegular(path, limits)).toString());
    if (isObject(found) && Array.isArray(found.roots))
      return { roots: found.roots.filter(isKnownRoot), worker: workerIn(found, key) };
    throw new Error('fields are missing');
  } catch (cause) {
    if (isMissing(cause)) return { roots: [], worker: null };
    const message = `the list of stores ${path} cannot be read (${messageOf(cause)}): check the disk, then restore or remove it`;
    throw new SealvisorError('wrong_disk', message, { cause });
  }
}

/** A location may have come from another worker, with its list. */
function workerIn(list: JsonObject, key: string): string | null {
  const { worker, key: writtenUnder } = list;
  return typeof worker === 'string' && worker !== '' && writtenUnder === key ? worker : null;
}

/** Writes the list into a root that has its mark; a root whose disk is gone is not created. @throws errors of the file system */
export async function writeKnownRoots(
  root: string,
  name: string,
  known: KnownRoots,
  { key, worker }: ListOwner,
): Promise<void> {
  const roots = [...known.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const list = { version: 1, ...(worker === null ? {} : { worker, key }), roots };
  await writeDurably(listPath(root, name), `${JSON.stringify(list, null, 2)}\n`);
}

/** All lists merged: the latest entry of each path. */
export function mergedRoots(lists: Iterable<readonly KnownRoot[]>): Map<string, KnownRoot> {
  const merged = new Map<string, KnownRoot>();
  for (const list of lists)
    for (const root of list) {
      const other = merged.get(root.path);
      if (!other || other.at < root.at) merged.set(root.path, root);
    }
  return merged;
}

function isKnownRoot(value: unknown): value is KnownRoot {
  const { path, id, kind, at } = fieldsOf(value);
  return [path, id, kind, at].every((part) => typeof part === 'string');
}
