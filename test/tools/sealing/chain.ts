import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { marksDir } from '#src/disks/mark.js';
import type { Progress } from '#src/protocol/thread.js';
import * as builtin from '#src/sealing/builtin/index.js';
import { storedSector } from '#src/sealing/stores/stored-sector.js';
import type { Tasks } from '#src/sealing/tasks.js';

export const KiB = 1024;
export const MiB = 1024 * KiB;

export interface Payload {
  readonly bytes: Uint8Array;
  readonly paddedSize: number;
}

export function makeDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'builtin-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** As a location or a store is on its disk: with the directory of its mark. */
export function marked(dir: string): string {
  mkdirSync(join(dir, marksDir), { recursive: true });
  return dir;
}

/** Bytes that differ everywhere and are the same in every run. */
export function bytesOf(size: number, seed = 1): Uint8Array {
  const out = Buffer.alloc(size);
  let block = createHash('sha256').update(`seed ${seed}`).digest();
  for (let at = 0; at < size; at += 32) {
    block.copy(out, at);
    block = createHash('sha256').update(block).digest();
  }
  return out;
}

export async function* chunksOf(bytes: Uint8Array, size = 10_007): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export function makeWork(
  onProgress: (progress: Progress) => void = () => {},
  signal?: AbortSignal,
): builtin.Work {
  return { signal: signal ?? new AbortController().signal, progress: onProgress };
}

export async function sourceOf({ bytes, paddedSize }: Payload): Promise<builtin.PieceSource> {
  const { commitment } = await builtin.commP(chunksOf(bytes), makeWork(), { paddedSize });
  const cid = builtin.pieceCid(commitment);
  return { cid, payloadSize: bytes.length, paddedSize, open: async () => chunksOf(bytes) };
}

export interface Sealing {
  readonly dir: string;
  readonly sectorSize: number;
  readonly pieces: readonly builtin.PieceSource[];
}

export const ticket = [...bytesOf(32, 2)];
export const seed = [...bytesOf(32, 3)];

export function pathsIn(dir: string) {
  return {
    stagedPath: join(dir, 'staged'),
    sealedPath: join(dir, 'sealed'),
    cacheDir: join(dir, 'cache'),
    storePath: join(dir, 'store'),
  };
}

/** add_pieces to pc2. */
export async function precommit({ dir, sectorSize, pieces }: Sealing) {
  const work = makeWork();
  const paths = pathsIn(dir);
  const added = await builtin.addPieces({ sectorSize, pieces, stagedPath: paths.stagedPath }, work);
  const { commD } = await builtin.treeD({ sectorSize, ...paths, pieces: added.pieces }, work);
  const replica = { proverId: builtin.proverId(10000), sectorNumber: 2, ticket, commD };
  const pc1 = await builtin.pc1({ sectorSize, cacheDir: paths.cacheDir, ...replica }, work);
  const { commR } = await builtin.pc2({ sectorSize, ...paths, pc1 }, work);
  const proven = { sectorSize, cacheDir: paths.cacheDir, seed, replicaId: pc1.replicaId, commD, commR };
  return { ...paths, ...replica, added, pc1, commR, proven };
}

/** add_pieces to persist. */
export async function seal(sealing: Sealing) {
  const work = makeWork();
  const sector = await precommit(sealing);
  const { proverId, ticket, sectorNumber, commD, commR, pc1, added } = sector;
  await builtin.synthProof(sector.proven, work);
  const c1 = await builtin.c1(sector.proven, work);
  const { proof } = await builtin.c2({ c1, proverId, sectorNumber }, work);
  const { sectorSize } = sealing;
  const { layers, replicaId } = pc1;
  const pieces = added.pieces.map(({ cid, payloadSize, offset, paddedSize }) => ({
    cid,
    payloadSize,
    offset,
    paddedSize,
  }));
  const fixed = { version: 1, processor: 'dev', miner: 10000, number: 2, proofType: 5 } as const;
  const manifest = { ...fixed, sectorSize, proverId, ticket, layers, commD, commR, replicaId, pieces };
  await builtin.writeManifest(sector.cacheDir, manifest);
  const { task, persisted } = persistTask(sector);
  mkdirSync(sector.storePath);
  await builtin.runTask('transfer', task, work);
  return { ...sector, task, proof, persisted };
}

/** What brings a sector's files to its store, and where they are then. */
export function persistTask({ sealedPath, cacheDir, storePath }: ReturnType<typeof pathsIn>) {
  const store = { name: 'store', location: storePath, readonly: false };
  const kept = storedSector(store, 's-t010000-2', 'sealed');
  const route = (from: string, to: string) => ({
    src: { store_name: null, uri: from },
    dest: { store_name: 'store', uri: to },
    opt: null,
  });
  const task: Tasks['transfer']['task'] = {
    stores: { store: { name: 'store', meta: null } },
    routes: [
      ...builtin.keptFiles.map((name) => route(join(cacheDir, name), join(kept.cacheDir, name))),
      route(sealedPath, kept.file),
    ],
  };
  return { task, persisted: { sealedPath: kept.file, cacheDir: kept.cacheDir } };
}
