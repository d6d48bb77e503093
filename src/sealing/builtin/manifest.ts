import { readFile } from 'node:fs/promises';
import { messageOf, SealvisorError } from '../../protocol/errors.js';
import { writeJson } from './atomic-file.js';
import { cachePath } from './cache-files.js';

/** A piece of a sealed sector: what is needed to give its payload back. */
export interface ManifestPiece {
  readonly cid: string | null;
  readonly payloadSize: number;
  readonly offset: number;
  readonly paddedSize: number;
}

/** `sealvisor.json` beside a sealed sector: everything needed to unseal it, with no other record at hand. */
export interface Manifest {
  readonly version: 1;
  readonly processor: 'dev';
  readonly miner: number;
  readonly number: number;
  readonly sectorSize: number;
  readonly proofType: number;
  readonly proverId: number[];
  readonly ticket: number[];
  readonly layers: number;
  readonly commD: number[];
  readonly commR: number[];
  readonly replicaId: number[];
  readonly pieces: ManifestPiece[];
}

/** Writes the manifest into a cache directory. */
export async function writeManifest(cacheDir: string, manifest: Manifest): Promise<void> {
  await writeJson(cachePath(cacheDir, 'manifest'), manifest);
}

/** Reads and checks the manifest of a cache directory. @throws not_a_sealed_sector */
export async function readManifest(cacheDir: string): Promise<Manifest> {
  const path = cachePath(cacheDir, 'manifest');
  const refuse = (fault: string, cause?: unknown) =>
    new SealvisorError(
      'not_a_sealed_sector',
      `${path} ${fault}: name a sector that sealvisor has persisted`,
      { cause },
    );
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (thrown) {
    throw refuse(`cannot be read (${messageOf(thrown)})`, thrown);
  }
  const fault = faultOf(value);
  if (fault !== undefined) throw refuse(`has ${fault}`);
  // Every field was checked by faultOf.
  return value as Manifest;
}

type Check = (value: unknown) => boolean;

const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isSize: Check = (value) =>
  isCount(value) && Number(value) >= 128 && Number.isInteger(Math.log2(Number(value)));
const isNode: Check = (value) => Array.isArray(value) && value.length === 32 && value.every(isByte);
const isByte: Check = (value) => isCount(value) && Number(value) < 256;

const pieceChecks: Readonly<Record<keyof ManifestPiece, Check>> = {
  // A CID becomes a file name: nothing but its alphabet may pass.
  cid: (value) => value === null || (typeof value === 'string' && /^[a-z0-9]{1,128}$/.test(value)),
  payloadSize: isCount,
  offset: isCount,
  paddedSize: isSize,
};

const checks: Readonly<Record<keyof Manifest, Check>> = {
  version: (value) => value === 1,
  processor: (value) => value === 'dev',
  miner: isCount,
  number: isCount,
  sectorSize: isSize,
  proofType: isCount,
  proverId: isNode,
  ticket: isNode,
  layers: (value) => isCount(value) && Number(value) >= 1 && Number(value) <= 11,
  commD: isNode,
  commR: isNode,
  replicaId: isNode,
  pieces: (value) =>
    Array.isArray(value) && value.every((piece) => failing(piece, pieceChecks) === undefined),
};

function faultOf(value: unknown): string | undefined {
  const field = failing(value, checks);
  return field === undefined ? undefined : `no valid '${field}'`;
}

/** The first field that fails its check. */
function failing(value: unknown, fields: Readonly<Record<string, Check>>): string | undefined {
  const record = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const byName = new Map<string, unknown>(record);
  return Object.keys(fields).find((field) => !fields[field]?.(byName.get(field)));
}
