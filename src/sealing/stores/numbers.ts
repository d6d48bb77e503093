/** The highest sector number of each miner in the attached stores. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '../../disks/stat-if-any.js';
import { parseSectorId } from '../../protocol/sector.js';

/** Miner to highest sector number. */
export type HighestNumbers = ReadonlyMap<number, number>;

const directories = ['sealed', 'cache', 'update', 'update-cache'] as const;

/** A missing directory counts as empty. @throws any other file system error, because the numbers are then unknown */
export async function numbersIn(location: string): Promise<HighestNumbers> {
  const names = await Promise.all(
    directories.map((each) =>
      readdir(join(location, each)).catch((thrown: unknown) => {
        if (isMissing(thrown)) return [];
        throw thrown;
      }),
    ),
  );
  return highestOf(names.flat().map((name) => parseSectorId(name)));
}

export function highestOf(
  sectors: readonly ({ readonly miner: number; readonly number: number } | null | undefined)[],
): HighestNumbers {
  const highest = new Map<number, number>();
  for (const sector of sectors)
    if (sector) highest.set(sector.miner, Math.max(sector.number, highest.get(sector.miner) ?? 0));
  return highest;
}
