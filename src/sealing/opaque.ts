/**
 * A processor's output for the next one, as the bytes that were received: numbers that JavaScript would round, key order and
 * white space are kept. It is text when it is short, else it is in a file.
 */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FilePart } from '../processes/line-writer.js';
import { StageError } from '../protocol/level.js';
import { longSlice } from '../protocol/long-slice.js';
import { jsonFault } from '../protocol/nesting.js';

export class Opaque {
  /** Its JSON text, or the file that has it. */
  constructor(readonly json: string | FilePart) {}
}

/** A longer output is kept in a file, in bytes of JSON. */
export const longestText = 64 * 1024;

/** The outputs of our own processors are smaller: a larger one is another program's, and is not read here. In bytes. */
const longestOwn = 8 * 1024 * 1024;

const carried = Symbol('opaque');

/** A value that was read out of an output, with the whole output attached. */
export function carrying<T>(read: T, whole: Opaque): T {
  return typeof read === 'object' && read !== null
    ? Object.defineProperty(read, carried, { value: whole })
    : read;
}

/** The output as it was received, from a value that is one or carries one; undefined for any other value. */
export function opaqueOf(value: unknown): Opaque | undefined {
  if (value instanceof Opaque) return value;
  if (typeof value !== 'object' || value === null || !(carried in value)) return undefined;
  // Only `carrying` sets it.
  return value[carried] as Opaque;
}

/** What was read out of an output that is kept as it was received; nothing for one that is only passed on. */
export interface Told {
  readonly told?: unknown;
}

/** A short output's text, as it is in a record. */
export interface TextInRecord extends Told {
  readonly rawJson: string;
}

export function isTextInRecord(value: unknown): value is TextInRecord {
  return (
    typeof value === 'object' && value !== null && 'rawJson' in value && typeof value.rawJson === 'string'
  );
}

/**
 * The parsed value of an output that may come from our own processors, in memory or from a record; undefined for one that is
 * too large for that. A plain value is returned unchanged. @throws StageError permanent for a file that is not what was written
 */
export function opened(value: unknown): unknown {
  if (isTextInRecord(value)) return JSON.parse(value.rawJson);
  const json = opaqueOf(value)?.json;
  if (json === undefined) return value;
  if (typeof json === 'string') return JSON.parse(json);
  if (json.bytes > longestOwn) return undefined;
  const bytes = wholeFile(json);
  return jsonFault(bytes) === undefined ? JSON.parse(bytes.toString()) : undefined;
}

/** The bytes of an output's file. @throws StageError permanent when they are not what was written */
export function wholeFile({ path, bytes, sha256 }: FilePart): Buffer {
  longSlice(bytes);
  const read = readFileSync(path);
  if (sha256 !== undefined && hash('sha256', read, 'hex') !== sha256) throw anotherDigest(path);
  return read;
}

export function anotherDigest(path: string): StageError {
  return new StageError(
    'permanent',
    `${path} has another digest than what was written: put it back, or resume to an earlier state`,
  );
}
