/** Turns a processor's output into bytes to pass on, and reads the values for the chain out of them. */
import { isUtf8 } from 'node:buffer';
import { open, rm } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import type { FileOutput } from '../processes/output-file.js';
import { MemberScan } from '../protocol/json-members.js';
import { carrying, longestText, Opaque, opaqueOf } from './opaque.js';
import type { ProcessorStage } from './tasks.js';

/** The stages whose output is passed to another processor unchanged, each with the members that are read out of it here. */
const opaqueStages: Readonly<Partial<Record<ProcessorStage, readonly string[]>>> = {
  pc1: [],
  pc2: ['registered_proof', 'comm_r', 'comm_d'],
  c1: [],
  c2: ['proof'],
  snap_encode: ['comm_r_new', 'comm_r_last_new', 'comm_d_new'],
  snap_vanilla: [],
};

const [firstOfNull] = Buffer.from('null');
const [firstOfList] = Buffer.from('[');

/** Whether the output of a stage is kept as it was received, regardless of its size. */
export function isOpaque(stage: ProcessorStage): boolean {
  return opaqueStages[stage] !== undefined;
}

/** The output for these bytes of JSON; a long one is written to the file that `into` gives. */
export async function opaqueOutput(
  stage: ProcessorStage,
  json: Uint8Array | FileOutput,
  into: () => Promise<string>,
): Promise<unknown> {
  if (json instanceof Uint8Array && json.length === 4 && json[0] === firstOfNull) return null;
  const whole = new Opaque(json instanceof Uint8Array ? await kept(json, into) : json);
  const keys = opaqueStages[stage] ?? [];
  if (keys.length === 0) return whole;
  return carrying(
    typeof whole.json === 'string'
      ? pick(JSON.parse(whole.json), keys)
      : await membersOf(whole.json.path, keys),
    whole,
  );
}

/** Removes the file of an output that will not be kept. */
export async function discard(value: unknown): Promise<void> {
  const json = opaqueOf(value)?.json;
  if (typeof json === 'object') await rm(json.path, { force: true });
}

/**
 * The value that `outputFault` checks. An output that is only passed on is parsed if it is text; in a file, only its
 * first byte is read.
 */
export async function lookedAt(value: unknown): Promise<unknown> {
  if (!(value instanceof Opaque)) return value;
  if (typeof value.json === 'string') return JSON.parse(value.json);
  const file = await open(value.json.path, 'r');
  try {
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1);
    return buffer[0] === firstOfList ? ['…'] : {};
  } finally {
    await file.close();
  }
}

async function kept(json: Uint8Array, into: () => Promise<string>): Promise<string | FileOutput> {
  // Bytes that are not UTF-8 would change when they become text.
  if (json.length <= longestText && isUtf8(json)) return Buffer.from(json).toString();
  const { writeAtomically } = await import('./builtin/files/atomic.js');
  const path = await into();
  let sha256: string | undefined;
  await writeAtomically(path, async (file) => {
    file.write(json, 0);
    sha256 = file.digest();
  });
  return { path, bytes: json.length, sha256: sha256 ?? '' };
}

/** Only the members in `keys`. A value that is not an object is returned unchanged. */
function pick(value: unknown, keys: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => keys.includes(key)));
}

const chunkBytes = 1024 * 1024;
/** A longer member is left out, in bytes of JSON: the values that are read here are shorter. */
const longestMember = 1024 * 1024;

interface Member {
  readonly parts: Uint8Array[];
  bytes: number;
}

/** Members of the JSON object in a file, read without holding the whole file in memory. Undefined when it is not an object. */
async function membersOf(path: string, keys: readonly string[]): Promise<unknown> {
  const found = new Map<string, Member>();
  const scan = new MemberScan((key) => {
    if (!keys.includes(key)) return undefined;
    const member: Member = { parts: [], bytes: 0 };
    found.set(key, member);
    return (part) => {
      member.bytes += part.length;
      if (member.bytes <= longestMember) member.parts.push(Buffer.from(part));
    };
  });
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(chunkBytes);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, chunkBytes);
      if (bytesRead === 0) break;
      scan.push(buffer.subarray(0, bytesRead));
      if (scan.fault !== undefined) return undefined;
      await turn();
    }
  } finally {
    await file.close();
  }
  return Object.fromEntries(
    [...found]
      .filter(([, { bytes }]) => bytes <= longestMember)
      .map(([key, { parts }]): [string, unknown] => [key, JSON.parse(Buffer.concat(parts).toString())]),
  );
}
