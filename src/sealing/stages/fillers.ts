/** Fills the gaps between pieces: real processors accept only a full sector. Pure. */
import { StageError } from '../../protocol/level.js';

/** A part of a sector; sizes in padded bytes. */
export interface SectorPart {
  /** Index of the piece; null for a filler. */
  readonly at: number | null;
  readonly paddedSize: number;
}

const smallest = 128;

/**
 * The pieces in their order, each at the next multiple of its size, with fillers in the gaps: together they fill the sector.
 * @throws StageError permanent for an invalid piece size, and for pieces that do not fit
 */
export function withFillers(paddedSizes: readonly number[], sectorSize: number): readonly SectorPart[] {
  const parts: SectorPart[] = [];
  let end = 0;
  const fillUpTo = (position: number) => {
    for (const paddedSize of fillersBetween(end, position)) parts.push({ at: null, paddedSize });
    end = position;
  };
  for (const [at, paddedSize] of paddedSizes.entries()) {
    if (paddedSize < smallest || !Number.isInteger(Math.log2(paddedSize)))
      throw new StageError(
        'permanent',
        `a piece cannot have ${paddedSize} padded bytes: see what the manager has of the sector; a piece is a power of two of at least ${smallest}`,
      );
    const position = Math.ceil(end / paddedSize) * paddedSize;
    if (position + paddedSize > sectorSize)
      throw new StageError(
        'permanent',
        `the pieces need ${position + paddedSize} bytes, the sector has ${sectorSize}: see what the manager has of the sector`,
      );
    fillUpTo(position);
    parts.push({ at, paddedSize });
    end = position + paddedSize;
  }
  fillUpTo(sectorSize);
  return parts;
}

/** Each filler is as large as the alignment of its start. `to` is a multiple of all of them. */
function fillersBetween(from: number, to: number): readonly number[] {
  const sizes: number[] = [];
  for (let end = from; end < to; end += sizes.at(-1) ?? to) sizes.push(end === 0 ? to : alignmentOf(end));
  return sizes;
}

/** The largest power of two that divides `position`; positions exceed the 32 bits of `&`. */
function alignmentOf(position: number): number {
  let size = smallest;
  while (position % (size * 2) === 0) size *= 2;
  return size;
}
