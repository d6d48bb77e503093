import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { wrongData } from '../faults.js';
import type { Work } from '../slices.js';
import { isSameNode } from '../trees/hash.js';
import { commitmentOfCid, commP } from './piece.js';

/** A piece that was taken out of a sector; `paddedSize` in bytes of the sector. */
export interface PieceFileTask {
  readonly path: string;
  readonly cid: string;
  readonly paddedSize: number;
}

/** Removes the file when it is another piece. @throws StageError permanent then */
export async function checkPieceFile({ path, cid, paddedSize }: PieceFileTask, work: Work): Promise<void> {
  const { commitment } = await commP(createReadStream(path), work, { paddedSize });
  if (isSameNode(commitment, commitmentOfCid(cid))) return;
  await rm(path, { force: true });
  throw wrongData(
    `piece ${cid} is not what lies there: it comes out with another commitment; see where the manager says it is, or restore the sector from another copy`,
  );
}
