/**
 * Outputs too large for a thread's record, which is written whole with every change: each lies in a file of its own
 * beside the sector, and the record has its place. They go with the sector's files.
 */
import { hash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeOnDisk } from '../disks/make-on-disk.js';
import { StageError } from '../protocol/level.js';
import { longSlice } from '../protocol/long-slice.js';

type Outputs = Readonly<Record<string, unknown>>;

/** What stands in the record instead. */
interface PutAside {
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

/** `outputs` with the large ones in files under `root`, the sector's own directory. @throws StageError critical when the disk refuses */
export async function putAside(outputs: Outputs, root: string): Promise<Outputs> {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(outputs)) {
    longSlice();
    const text = textOf(value);
    // One that looks like a place is put aside as well: what a program said is never taken for a path.
    kept[key] = text.length > longest || isPutAside(value) ? await written(key, text, root) : value;
  }
  return kept;
}

/** What is no JSON is the record's to refuse, whose commit ends the thread. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}

async function written(key: string, text: string, root: string): Promise<PutAside> {
  const { writeAtomically } = await import('./builtin/atomic-file.js');
  const bytes = Buffer.from(text);
  const place = { putAside: `${key}.json`, bytes: bytes.length, sha256: hash('sha256', bytes, 'hex') };
  const path = fileOf(root, place);
  // Below the thread's location, which is never made.
  await makeOnDisk(dirname(dirname(root)), dirname(path));
  await writeAtomically(path, async (file) => file.write(bytes, 0));
  return place;
}

/** The output itself, read when it was put aside. @throws StageError permanent when its file is not there whole */
export function takenUp(value: unknown, root: string): unknown {
  if (!isPutAside(value)) return value;
  const path = fileOf(root, value);
  if (!isThere(value, root))
    throw new StageError(
      'permanent',
      `${path} is not there whole: put it back, or resume to an earlier state`,
    );
  longSlice(value.bytes);
  const bytes = readFileSync(path);
  if (value.sha256 !== undefined && hash('sha256', bytes, 'hex') !== value.sha256)
    throw new StageError(
      'permanent',
      `${path} has another digest than what was written: put it back, or resume to an earlier state`,
    );
  return JSON.parse(bytes.toString());
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
