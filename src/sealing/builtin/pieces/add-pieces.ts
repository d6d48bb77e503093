import { zeroNode } from '../../../protocol/zero-node.js';
import { faultAt, wrongData } from '../faults.js';
import { writeAtomically } from '../files/atomic.js';
import type { Work } from '../slices.js';
import { heightOf, isSameNode } from '../trees/hash.js';
import { paddedSizeOf, quadPadded, quadPayload } from './fr32.js';
import { commitmentOfCid, commP } from './piece.js';

/** A piece to add to a sector. Without `cid` its CommP is computed but not compared. */
export interface PieceSource {
  readonly cid: string | null;
  readonly payloadSize: number;
  readonly paddedSize: number;
  open(): Promise<AsyncIterable<Uint8Array>>;
}

export interface AddPiecesTask {
  readonly sectorSize: number;
  readonly pieces: readonly PieceSource[];
  readonly stagedPath: string;
}

/** A piece that was added. `size` in unpadded bytes, `offset` and `paddedSize` in padded bytes. */
export interface PlacedPiece {
  readonly commitment: number[];
  readonly size: number;
  readonly cid: string | null;
  readonly payloadSize: number;
  readonly offset: number;
  readonly paddedSize: number;
}

export interface AddPiecesOutput {
  readonly pieces: PlacedPiece[];
}

/**
 * Writes the staged sector: every piece fr32-padded at a multiple of its size, zeros elsewhere.
 * @throws StageError permanent when a piece does not fit, or its length or CommP differs from what was given
 */
export async function addPieces(task: AddPiecesTask, work: Work): Promise<AddPiecesOutput> {
  const offsets = placePieces(task.pieces, task.sectorSize);
  return writeAtomically(task.stagedPath, async (staged) => {
    const pieces: PlacedPiece[] = [];
    for (const [at, piece] of task.pieces.entries()) {
      const offset = offsets[at] ?? 0;
      const name = piece.cid ?? `piece ${at}`;
      await staged.zerosTo(offset, work);
      const source = limited(await openSource(piece, name), piece.payloadSize, name);
      const { commitment } = await commP(source, work, {
        paddedSize: piece.paddedSize,
        onPadded: (padded, position) => staged.write(padded, offset + position),
      });
      if (piece.cid !== null && !isSameNode(commitment, commitmentOfCid(piece.cid)))
        throw wrongData(`${name}: the data have another commitment than the CID says: fetch the piece again`);
      pieces.push(placed(piece, commitment, offset));
      work.progress({ done: at + 1, total: task.pieces.length, unit: 'pieces' });
    }
    await staged.zerosTo(task.sectorSize, work);
    if (pieces.length > 0) return { pieces };
    const whole = { cid: null, payloadSize: 0, paddedSize: task.sectorSize };
    return { pieces: [placed(whole, [...zeroNode(heightOf(task.sectorSize))], 0)] };
  });
}

/** Offset of every piece: in the given order, each at the next multiple of its size. @throws StageError permanent */
export function placePieces(
  pieces: readonly Pick<PieceSource, 'payloadSize' | 'paddedSize'>[],
  sectorSize: number,
): number[] {
  let end = 0;
  return pieces.map(({ payloadSize, paddedSize }) => {
    if (paddedSize < quadPadded || !Number.isInteger(Math.log2(paddedSize)))
      throw wrongData(`a piece cannot have ${paddedSize} padded bytes: use a power of two of at least 128`);
    if (paddedSizeOf(payloadSize) > paddedSize)
      throw wrongData(`${payloadSize} bytes do not fit a piece of ${paddedSize}: give it a larger piece`);
    const offset = Math.ceil(end / paddedSize) * paddedSize;
    end = offset + paddedSize;
    if (end > sectorSize)
      throw wrongData(`the pieces need ${end} bytes, the sector has ${sectorSize}: take fewer`);
    return offset;
  });
}

function placed(
  piece: Pick<PieceSource, 'cid' | 'payloadSize' | 'paddedSize'>,
  commitment: number[],
  offset: number,
): PlacedPiece {
  const { cid, payloadSize, paddedSize } = piece;
  return { commitment, size: (paddedSize / quadPadded) * quadPayload, cid, payloadSize, offset, paddedSize };
}

async function openSource(piece: PieceSource, name: string): Promise<AsyncIterable<Uint8Array>> {
  if (piece.payloadSize === 0) return nothing();
  return piece.open().catch((thrown: unknown) => {
    throw faultAt(name, thrown);
  });
}

async function* nothing(): AsyncIterable<Uint8Array> {}

/** Yields exactly `size` bytes. @throws StageError permanent when the source is longer or shorter */
async function* limited(
  source: AsyncIterable<Uint8Array>,
  size: number,
  name: string,
): AsyncIterable<Uint8Array> {
  let seen = 0;
  try {
    for await (const bytes of source) {
      seen += bytes.length;
      if (seen > size) throw wrongData(`${name} is longer than its ${size} bytes: fetch the piece again`);
      yield bytes;
    }
  } catch (thrown) {
    throw faultAt(name, thrown);
  }
  if (seen < size) throw wrongData(`${name} ends after ${seen} of ${size} bytes: fetch the piece again`);
}
