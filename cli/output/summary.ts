/** What was sealed, read back from the stores. */

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../src/actors/index.js';
import type { WorkerConfig } from '../../src/config/worker-config.js';
import { diskGate } from '../../src/disks/disk-gate.js';
import { inTime } from '../../src/disks/in-time.js';
import { readRegular } from '../../src/disks/regular-file.js';
import { systemCodeOf } from '../../src/protocol/errors.js';
import { faultFields } from '../../src/protocol/events/event.js';
import type { Emit } from '../../src/protocol/events/table.js';
import type { HistoryRow } from '../../src/protocol/thread.js';
import { readHistoryAside } from '../../src/worker/roster/history-aside.js';
import { table } from './upstream-text.js';

export interface SealedSector {
  readonly sector: string;
  readonly secondsByStage: Readonly<Record<string, number>>;
  readonly sealedFile: string;
  /** Hex; null for a sector sealed by third-party programs whose pre-commit is not known here. */
  readonly commD: string | null;
  readonly commR: string | null;
}

export interface Commitments {
  readonly commD: readonly number[];
  readonly commR: readonly number[];
}

const hex = (bytes: readonly number[] | undefined) => (bytes ? Buffer.from(bytes).toString('hex') : null);

type Row = Pick<HistoryRow, 'sector' | 'stage' | 'durationMs'>;

/**
 * The worker must be stopped: only its threads may use their stores. What is on a disk that does not answer is left out,
 * with an event.
 */
export async function summaryOf(
  config: Pick<WorkerConfig, 'threads' | 'attached'>,
  emit: Emit,
  /** What was pre-committed, by sector: third-party programs leave no description of what they sealed. */
  preCommits: ReadonlyMap<string, Commitments> = new Map(),
): Promise<readonly SealedSector[]> {
  const orNothing = <T>(read: Promise<readonly T[]>): Promise<readonly T[]> =>
    read.catch((error: unknown) => {
      emit({ event: 'fleet.summaryIncomplete', ...faultFields(error) });
      return [];
    });
  const seconds = new Map<string, Record<string, number>>();
  const histories = config.threads.map(({ location }) => orNothing(rowsOf(location)));
  for (const row of (await Promise.all(histories)).flat()) {
    if (row.sector === null || row.stage === null || row.durationMs === null) continue;
    const stages = seconds.get(row.sector) ?? {};
    stages[row.stage] = (stages[row.stage] ?? 0) + row.durationMs / 1000;
    seconds.set(row.sector, stages);
  }
  const gate = diskGate(systemClock);
  const stores = config.attached.map(({ location }) =>
    orNothing(inTime(gate, location, () => sealedIn(location, seconds, preCommits))),
  );
  return (await Promise.all(stores)).flat();
}

async function rowsOf(location: string): Promise<readonly Row[]> {
  // Our own store returns these rows as JSON.
  return JSON.parse(await readHistoryAside(location, {})) as readonly Row[];
}

async function sealedIn(
  location: string,
  seconds: ReadonlyMap<string, Readonly<Record<string, number>>>,
  preCommits: ReadonlyMap<string, Commitments>,
): Promise<readonly SealedSector[]> {
  const sealed = join(location, 'sealed');
  const names = await readdir(sealed).catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  });
  const sectors: SealedSector[] = [];
  for (const sector of names.filter((name) => name.startsWith('s-t0')).toSorted(bySectorNumber)) {
    const described = (await describedIn(join(location, 'cache', sector))) ?? preCommits.get(sector);
    sectors.push({
      sector,
      secondsByStage: seconds.get(sector) ?? {},
      sealedFile: join(sealed, sector),
      commD: hex(described?.commD),
      commR: hex(described?.commR),
    });
  }
  return sectors;
}

/** The description that our own PC2 writes into the cache directory. */
async function describedIn(cacheDir: string): Promise<Commitments | undefined> {
  try {
    const read = await readRegular(join(cacheDir, 'sealvisor.json'), { mostBytes: 16 * 1024 * 1024 });
    return JSON.parse(read.toString()) as Commitments;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function bySectorNumber(a: string, b: string): number {
  return Number(a.split('-').at(-1)) - Number(b.split('-').at(-1));
}

const shown = ['AddPieces', 'TreeD', 'PC1', 'PC2', 'PersistFiles', 'C1', 'C2'];

/** The table, or several lines per sector if the terminal is too narrow for it. */
export function summaryText(sectors: readonly SealedSector[], columns: number | undefined): string {
  const text = summaryTable(sectors);
  if (columns === undefined || text.split('\n').every((line) => line.length <= columns)) return text;
  const seconds = ({ secondsByStage }: SealedSector) =>
    shown.map((stage) => `${stage} ${(secondsByStage[stage] ?? 0).toFixed(2)}s`).join(', ');
  return sectors
    .map((sector) =>
      [
        `${sector.sector}: ${seconds(sector)}`,
        `  sealed file  ${sector.sealedFile}`,
        `  CommD  ${sector.commD ?? '-'}`,
        `  CommR  ${sector.commR ?? '-'}`,
      ].join('\n'),
    )
    .join('\n');
}

export function summaryTable(sectors: readonly SealedSector[]): string {
  const rows = sectors.map((sector) => [
    sector.sector,
    ...shown.map((stage) => (sector.secondsByStage[stage] ?? 0).toFixed(2)),
    sector.sealedFile,
    sector.commD ?? '-',
    sector.commR ?? '-',
  ]);
  return table([['Sector', ...shown.map((stage) => `${stage}(s)`), 'SealedFile', 'CommD', 'CommR'], ...rows]);
}
