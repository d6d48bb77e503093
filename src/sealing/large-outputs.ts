/**
 * Outputs in a thread's record, which is written whole with every change: a large one lies in a file of its own beside the
 * sector, and the record has its place; what goes to another processor is kept as the bytes that came. The files go with
 * the sector's.
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

/** What stands in the record instead. */
interface PutAside extends Told {
  /** File name in the sector's directory of outputs. */
  readonly putAside: string;
  readonly bytes: number;
  /** Of its bytes; not known of what was put aside by an earlier version. */
  readonly sha256?: string;
}

/** A longer JSON is put aside, characters: a commit of the record stays one of milliseconds. */
const longest = 256 * 1024;

const fileOf = (root: string, { putAside }: PutAside) => join(root, 'outputs', putAside);

function isPutAside(value: unknown): value is PutAside {
  if (typeof value !== 'object' || value === null || !('putAside' in value && 'bytes' in value)) return false;
  return typeof value.putAside === 'string' && typeof value.bytes === 'number';
}

/** These are only handed on, also when they were put aside by an earlier version. */
const handedOn = ['pc1', 'c1'];

/** `outputs` with the large ones in files under `root`, the sector's own directory. @throws StageError critical when the disk refuses */
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
  // One that looks like a place or a kept text is put aside as well: what a program said is never taken for either.
  return text.length > longest || isPutAside(value) || isTextInRecord(value)
    ? written(key, text, root)
    : value;
}

/** Where the output of a stage is written while it comes: nothing of an earlier one is there. */
export async function incomingFile(root: string, stage: string): Promise<string> {
  const path = join(root, 'outputs', `.${stage}.incoming`);
  // Below the thread's location, which is never made.
  await makeOnDisk(dirname(dirname(root)), dirname(path));
  await rm(path, { force: true });
  return path;
}

const incoming = /^\.(\w+)\.incoming$/;

/** Whether `path` is where the output of `stage` comes in. */
export function isIncomingOf(path: string, stage: string | undefined): boolean {
  return stage !== undefined && incoming.exec(basename(path))?.[1] === stage;
}

/**
 * Removes what a worker that died left of outputs on their way: nobody writes them any more, and they take room from
 * every stage on the disk. What cannot be removed is the stage's to tell.
 */
export function dropIncoming(root: string): void {
  const dir = join(root, 'outputs');
  try {
    for (const name of readdirSync(dir)) if (incoming.test(name)) rmSync(join(dir, name), { force: true });
  } catch {
    // No output was ever kept, or the disk refuses.
  }
}

/** What is not JSON is refused by the record, whose commit ends the thread. */
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
  // Below the thread's location, which is never made.
  await makeOnDisk(dirname(dirname(root)), dirname(path));
  await writeAtomically(path, async (file) => file.write(bytes, 0));
  return place;
}

/**
 * The output `key` itself: what is only handed on stays as it came, of a record of any version. @throws StageError permanent
 * when its file is not there whole
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

/** Keys of the outputs that are there, in the record or whole in their files. */
export function presentOutputs(outputs: Outputs, root: string | undefined): readonly string[] {
  return Object.entries(outputs)
    .filter(([, value]) => !isPutAside(value) || (root !== undefined && isThere(value, root)))
    .map(([key]) => key);
}

function isThere(place: PutAside, root: string): boolean {
  return statSync(fileOf(root, place), { throwIfNoEntry: false })?.size === place.bytes;
}
