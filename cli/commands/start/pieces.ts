/** Pieces that a local fleet makes itself, when `--sectors n` needs more pieces than docs/ has. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeNewSync } from '../../../src/disks/durable-file.js';

/** Payload bytes of a 2KiB sector: 127 of every 128. */
const smallSectorPayload = 2032;

const pieceAt = (n: number, directory: string) => join(directory, `piece-${n}.txt`);
const lineOf = (n: number, directory: string) => `Piece ${n} of ${directory}, made by sealvisor start.\n`;

export interface MadePieces {
  readonly directory: string;
  /**
   * Makes the next piece, but not before the last one was found. It is small and gets a sector of its own while no
   * other piece waits.
   */
  make(): void;
  /** Reports the paths that the manager has found. */
  seen(added: readonly string[]): void;
  /** Whether a piece is written and not found yet. */
  isPending(): boolean;
}

/**
 * Makes three pieces that each fill a 2KiB sector, for a home that has none yet: the files of docs/ are too large for it.
 * A larger sector holds them together.
 */
export function firstPieces(home: string): void {
  const directory = madePiecesIn(home);
  if (readdirSync(directory).length > 0) return;
  for (const n of [1, 2, 3]) {
    const line = lineOf(n, directory);
    const text = line.repeat(Math.ceil(smallSectorPayload / line.length));
    writeNewSync(pieceAt(n, directory), text.slice(0, smallSectorPayload));
  }
}

/** Their directory; a later run with the same home reads them again. */
export const madePiecesIn = (home: string) => join(home, 'made-pieces');

export function madePieces(home: string): MadePieces {
  const directory = madePiecesIn(home);
  let pending: string | undefined;
  return {
    directory,
    make: () => {
      let n = 1;
      const path = () => pieceAt(n, directory);
      while (existsSync(path())) n += 1;
      writeNewSync(path(), lineOf(n, directory));
      pending = path();
    },
    seen: (added) => {
      if (pending !== undefined && added.includes(pending)) pending = undefined;
    },
    isPending: () => pending !== undefined,
  };
}
