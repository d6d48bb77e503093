/**
 * Outputs in a thread's record, which is written in full with every change: a large output is kept in a file of its own in
 * the sector's directory, and the record only names that file. What goes to another processor is kept as the bytes that were
 * received. The files are removed together with the sector's.
 */
import { hash } from 'node:crypto';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { replaceDurably } from '../disks/durable-file.js';
import { makeOnDisk } from '../disks/make-on-disk.js';
import { StageError } from '../protocol/level.js';
import { longSlice } from '../protocol/long-slice.js';
import {
  carrying,
  isTextInRecord,
  Opaque,
  opaqueOf,
  type TextInRecord,
  type Told,
  wholeFile,
} from './opaque.js';

type Outputs = Readonly<Record<string, unknown>>;

/** What the record has instead of a large output. */
interface PutAside extends Told {
  /** File name in the sector's directory of outputs. */
  readonly putAside: string;
  readonly bytes: number;
  /** Of its bytes; missing if an earlier version put it aside. */
  readonly sha256?: string;
}

/** Longer JSON is put aside, in characters: a commit of the record must take only milliseconds. */
const longest = 256 * 1024;

const fileOf = (root: string, { putAside }: PutAside) => join(root, 'outputs', putAside);

function isPutAside(value: unknown): value is PutAside {
  if (typeof value !== 'object' || value === null || !('putAside' in value && 'bytes' in value)) return false;
  return typeof value.putAside === 'string' && typeof value.bytes === 'number';
}

/** Outputs that are only passed on to the next processor, also when an earlier version put them aside. */
const handedOn = ['pc1', 'c1'];

/**
 * `outputs`, with the large ones moved to files under `root`, the sector's own directory.
 * @throws StageError critical when the disk refuses
 */
export async function putAside(outputs: Outputs, root: string): Promise<Outputs> {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(outputs)) {
    const whole = opaqueOf(value);
    kept[key] = whole ? await asItCame(key, value, whole, root) : await asValue(key, value, root);
  }
  return kept;
}

async function asItCame(key: string, value: unknown, { json }: Opaque, root: string) {
  const told: Told = value instanceof Opaque ? {} : { told: value };
  if (typeof json === 'string') return { rawJson: json, ...told } satisfies TextInRecord;
  const place = { putAside: `${key}.json`, bytes: json.bytes, ...told };
  const path = fileOf(root, place);
  if (json.path !== path) await replaceDurably(json.path, path);
  return json.sha256 === undefined ? place : { ...place, sha256: json.sha256 };
}

async function asValue(key: string, value: unknown, root: string): Promise<unknown> {
  longSlice();
  const text = textOf(value);
  // A value that looks like a reference or a kept text is put aside as well: a program's output is never mistaken for either.
  return text.length > longest || isPutAside(value) || isTextInRecord(value)
    ? written(key, text, root)
    : value;
}

/** Path of the file that a stage's output is written to while it is received; removes what an earlier attempt left there. */
export async function incomingFile(root: string, stage: string): Promise<string> {
  const path = join(root, 'outputs', `.${stage}.incoming`);
  // Only directories below the thread's location are created, never the location itself.
  await makeOnDisk(dirname(dirname(root)), dirname(path));
  await rm(path, { force: true });
  return path;
}

const incoming = /^\.(\w+)\.incoming$/;

/** Whether the output of `stage` is received at `path`. */
export function isIncomingOf(path: string, stage: string | undefined): boolean {
  return stage !== undefined && incoming.exec(basename(path))?.[1] === stage;
}

/**
 * Removes partly received outputs of a worker that died: they are never completed, and take space from every stage on the
 * disk. If one cannot be removed, the stage reports it.
 */
export function dropIncoming(root: string): void {
  const dir = join(root, 'outputs');
  try {
    for (const name of readdirSync(dir)) if (incoming.test(name)) rmSync(join(dir, name), { force: true });
  } catch {
    // No output was ever kept, or the disk refuses.
  }
}

/** '' for a value that is not JSON: the record refuses it, and the failed commit ends the thread. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}

async function written(key: string, text: string, root: string): Promise<PutAside> {
  const { writeAtomically } = await import('./builtin/files/atomic.js');
  const bytes = Buffer.from(text);
  const place = { putAside: `${key}.json`, bytes: bytes.length, sha256: hash('sha256', bytes, 'hex') };
  const path = fileOf(root, place);
  // Only directories below the thread's location are created, never the location itself.
  await makeOnDisk(dirname(dirname(root)), dirname(path));
  await writeAtomically(path, async (file) => file.write(bytes, 0));
  return place;
}

/**
 * The output `key` itself, of a record of any version; what is only passed on stays as it was received. @throws StageError
 * permanent when its file is missing or incomplete
 */
export function takenUp(value: unknown, root: string, key: string): unknown {
  if (isTextInRecord(value)) return toldOf(value, new Opaque(value.rawJson));
  if (!isPutAside(value)) return value;
  const path = fileOf(root, value);
  if (!isThere(value, root))
    throw new StageError(
      'permanent',
      `${path} is not there whole: put it back, or resume to an earlier state`,
    );
  const { bytes, sha256, told } = value;
  if (told !== undefined || handedOn.includes(key)) return toldOf(value, new Opaque({ path, bytes, sha256 }));
  return JSON.parse(wholeFile({ path, bytes, sha256 }).toString());
}

function toldOf({ told }: Told, whole: Opaque): unknown {
  return told === undefined ? whole : carrying(structuredClone(told), whole);
}

/** Keys of the outputs that are present, in the record or complete in their files. */
export function presentOutputs(outputs: Outputs, root: string | undefined): readonly string[] {
  return Object.entries(outputs)
    .filter(([, value]) => !isPutAside(value) || (root !== undefined && isThere(value, root)))
    .map(([key]) => key);
}

function isThere(place: PutAside, root: string): boolean {
  return statSync(fileOf(root, place), { throwIfNoEntry: false })?.size === place.bytes;
}
