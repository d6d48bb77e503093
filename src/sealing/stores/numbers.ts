/** Which numbers attached stores keep sectors under, of each miner the highest. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '../../disks/stat-if-any.js';
import { parseSectorId } from '../../protocol/sector.js';

/** Miner to number. */
export type HighestNumbers = ReadonlyMap<number, number>;

const directories = ['sealed', 'cache', 'update', 'update-cache'] as const;

/** What is there no directory for is not there; any other fault is thrown: then nobody knows. */
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
