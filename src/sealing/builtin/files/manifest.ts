import { access } from 'node:fs/promises';
import { readRegular } from '../../../disks/regular-file.js';
import { messageOf, SealvisorError } from '../../../protocol/errors.js';
import { isPledge } from '../../../protocol/pledge.js';
import { payloadOf } from '../../../protocol/sector.js';
import type { Deal } from '../../../protocol/sector-answers.js';
import type { PieceInfo } from '../../tasks.js';
import { placeInfos } from '../trees/tree-d.js';
import { writeJson } from './atomic.js';
import { cachePath } from './cache.js';

/** A piece of a sealed sector: what is needed to restore its payload. */
export interface ManifestPiece {
  readonly cid: string | null;
  readonly payloadSize: number;
  readonly offset: number;
  readonly paddedSize: number;
}

/** What a sector was before its upgrade: sealed without pieces. 32 bytes each. */
export interface SealedAs {
  readonly commD: number[];
  readonly commR: number[];
}

/** `sealvisor.json` in a sealed sector's cache directory: everything needed to unseal it, without any other record. */
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
  /** Only of an upgraded sector, whose CommD, CommR and pieces are the new ones; ticket, layers and replica id stay. */
  readonly sealedAs?: SealedAs;
}

/** The manifest's entries for pieces that were added in this order; a filler or pledge has no CID. */
export function manifestPieces(infos: readonly PieceInfo[], deals: readonly Deal[]): ManifestPiece[] {
  // There are fillers between deals, except in a record of an earlier version: a deal is identified by its offset.
  const places = placeInfos(deals.map(({ Piece }) => ({ commitment: [], size: payloadOf(Piece.Size) })));
  const dealAt = new Map(places.map(({ offset }, at) => [offset, deals[at]]));
  return placeInfos(infos).map(({ offset, paddedSize }) => {
    const deal = dealAt.get(offset);
    const isPiece = deal !== undefined && !isPledge(deal);
    return {
      cid: isPiece ? deal.Piece.Cid['/'] : null,
      payloadSize: isPiece ? deal.PayloadSize : 0,
      offset,
      paddedSize,
    };
  });
}

/** Writes the manifest into a cache directory. */
export async function writeManifest(cacheDir: string, manifest: Manifest): Promise<void> {
  await writeJson(cachePath(cacheDir, 'manifest'), manifest);
}

/** The manifest of the largest sector with the most pieces is smaller. */
const limits = { mostBytes: 16 * 1024 * 1024 };

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
    value = JSON.parse((await readRegular(path, limits)).toString());
  } catch (thrown) {
    throw refuse(`cannot be read (${messageOf(thrown)})`, thrown);
  }
  const fault = faultOf(value);
  if (fault !== undefined) throw refuse(`has ${fault}`);
  // Every field was checked by faultOf.
  return value as Manifest;
}

/** The manifest of a cache directory; undefined where there is none. @throws not_a_sealed_sector for a broken one */
export async function manifestIfThere(cacheDir: string): Promise<Manifest | undefined> {
  const isThere = await access(cachePath(cacheDir, 'manifest')).then(
    () => true,
    () => false,
  );
  return isThere ? readManifest(cacheDir) : undefined;
}

type Check = (value: unknown) => boolean;

const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isSize: Check = (value) =>
  isCount(value) && Number(value) >= 128 && Number.isInteger(Math.log2(Number(value)));
const isNode: Check = (value) => Array.isArray(value) && value.length === 32 && value.every(isByte);
const isByte: Check = (value) => isCount(value) && Number(value) < 256;

const pieceChecks: Readonly<Record<keyof ManifestPiece, Check>> = {
  // A CID becomes a file name: only characters of its alphabet are allowed.
  cid: (value) => value === null || (typeof value === 'string' && /^[a-z0-9]{1,128}$/.test(value)),
  payloadSize: isCount,
  offset: isCount,
  paddedSize: isSize,
};

const sealedAsChecks: Readonly<Record<keyof SealedAs, Check>> = { commD: isNode, commR: isNode };

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
  sealedAs: (value) => value === undefined || failing(value, sealedAsChecks) === undefined,
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
