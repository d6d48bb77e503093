/** Which sector's files are at a sector's paths in an attached store, as far as the files identify it. */

import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readRegular } from '../../disks/regular-file.js';
import { isMissing } from '../../disks/stat-if-any.js';
import { fieldsOf } from '../../protocol/json-object.js';
import type { StoredSector } from './stored-sector.js';

/** 32 bytes each, in hex. */
export interface Told {
  readonly commR: string;
  /** The file that has it. */
  readonly by: string;
}

export interface Occupant {
  /** Whether any file is there. */
  readonly isThere: boolean;
  /** Whether the sector's own file is there. */
  readonly hasFile: boolean;
  /** The contents of our own files: `sealvisor.json`, and `p_aux` as our pc2 writes it. */
  readonly told: readonly Told[];
  /** The `p_aux` of another program's pc2; CommR can only be derived from it with a hash function that we do not have. */
  readonly foreignAux: Buffer | null;
}

const manifestFile = 'sealvisor.json';
const auxFile = 'p_aux';
/** Both files are far smaller. */
const mostBytes = 1024 * 1024;

export async function occupantOf({ file, cacheDir }: StoredSector): Promise<Occupant> {
  const told: Told[] = [];
  let foreignAux: Buffer | null = null;
  for (const name of [manifestFile, auxFile]) {
    const path = join(cacheDir, name);
    const bytes = await smallFile(path);
    const commR = bytes && commRIn(bytes);
    if (commR) told.push({ commR, by: path });
    else if (bytes && name === auxFile && bytes.length > 0) foreignAux = bytes;
  }
  const hasFile = await isAt(file);
  const isThere = told.length > 0 || hasFile || (await hasFiles(cacheDir));
  return { isThere, hasFile, told, foreignAux };
}

/** Undefined when the file is missing, or too large to be the expected one. */
async function smallFile(path: string): Promise<Buffer | undefined> {
  const found = await ifThere(lstat(path));
  if (!found?.isFile() || found.size > mostBytes) return undefined;
  return ifThere(readRegular(path, { mostBytes }));
}

function commRIn(bytes: Buffer): string | undefined {
  try {
    const { commR } = fieldsOf(JSON.parse(bytes.toString('utf8')));
    const isNode = Array.isArray(commR) && commR.length === 32 && commR.every(isByte);
    return isNode ? Buffer.from(commR).toString('hex') : undefined;
  } catch {
    // Not JSON, or truncated: it identifies nothing.
    return undefined;
  }
}

const isByte = (value: unknown) => Number.isInteger(value) && Number(value) >= 0 && Number(value) < 256;

async function isAt(path: string): Promise<boolean> {
  return (await ifThere(lstat(path))) !== undefined;
}

/** Whether the directory has files; hidden ones are leftovers of a process that died while writing. */
async function hasFiles(directory: string): Promise<boolean> {
  const names = (await ifThere(readdir(directory))) ?? [];
  return names.some((name) => !name.startsWith('.'));
}

async function ifThere<T>(looked: Promise<T>): Promise<T | undefined> {
  try {
    return await looked;
  } catch (thrown) {
    if (isMissing(thrown)) return undefined;
    throw thrown;
  }
}
