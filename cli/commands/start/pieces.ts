/** Pieces that a local fleet makes for itself, when `--sectors n` asks for more sectors than docs/ has pieces for. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeNewSync } from '../../../src/disks/durable-file.js';

/** What 2KiB hold: 127 of every 128 bytes. */
const smallSectorPayload = 2032;

const pieceAt = (n: number, directory: string) => join(directory, `piece-${n}.txt`);
const lineOf = (n: number, directory: string) => `Piece ${n} of ${directory}, made by sealvisor start.\n`;

export interface MadePieces {
  readonly directory: string;
  /** Makes the next one; it is small, and fills a sector by itself while nothing else waits. Not before the last one was taken up. */
  make(): void;
  /** Paths that the manager has taken up. */
  seen(added: readonly string[]): void;
  /** One is written and not taken up yet. */
  isPending(): boolean;
}

/**
 * Three pieces that fill a sector of 2KiB each, for a home that has none yet: the files of docs/ do not fit such a small one.
 * A larger sector takes them together.
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

/** Where they lie; a later run of the same home reads them again. */
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
