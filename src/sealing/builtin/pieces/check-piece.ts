import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { wrongData } from '../faults.js';
import type { Work } from '../slices.js';
import { isSameNode } from '../trees/hash.js';
import { commitmentOfCid, commP } from './piece.js';

/** A piece that was unsealed; `paddedSize` in padded bytes. */
export interface PieceFileTask {
  readonly path: string;
  readonly cid: string;
  readonly paddedSize: number;
}

/** Removes the file if its CommP is not that of `cid`. @throws StageError permanent in that case */
export async function checkPieceFile({ path, cid, paddedSize }: PieceFileTask, work: Work): Promise<void> {
  const { commitment } = await commP(createReadStream(path), work, { paddedSize });
  if (isSameNode(commitment, commitmentOfCid(cid))) return;
  await rm(path, { force: true });
  throw wrongData(
    `piece ${cid} is not what lies there: it comes out with another commitment; see where the manager says it is, or restore the sector from another copy`,
  );
}
