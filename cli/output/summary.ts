/** What was sealed, read back from what lies in the stores. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkerConfig } from '../../src/config/worker-config.js';
import { readRegularSync } from '../../src/disks/regular-file.js';
import { openThreadStore } from '../../src/store/thread-store.js';
import { table } from './field-text.js';

export interface SealedSector {
  readonly sector: string;
  readonly secondsByStage: Readonly<Record<string, number>>;
  readonly sealedFile: string;
  readonly commD: string;
  readonly commR: string;
}

const hex = (bytes: readonly number[]) => Buffer.from(bytes).toString('hex');

/** The worker must be stopped: its threads' stores are theirs alone. */
export function summaryOf(config: WorkerConfig): readonly SealedSector[] {
  const seconds = new Map<string, Record<string, number>>();
  for (const { location } of config.threads) {
    const store = openThreadStore(location);
    for (const row of store.history({})) {
      if (row.sector === null || row.stage === null || row.durationMs === null) continue;
      const stages = seconds.get(row.sector) ?? {};
      stages[row.stage] = (stages[row.stage] ?? 0) + row.durationMs / 1000;
      seconds.set(row.sector, stages);
    }
    store.close();
  }
  return config.attached.flatMap(({ location }) => {
    const sealed = join(location, 'sealed');
    const names = existsSync(sealed) ? readdirSync(sealed).filter((name) => name.startsWith('s-t0')) : [];
    return names.toSorted(bySectorNumber).map((sector) => {
      // Written by our own PC2, beside every sealed file.
      const manifest = JSON.parse(
        readRegularSync(join(location, 'cache', sector, 'sealvisor.json'), {
          mostBytes: 16 * 1024 * 1024,
        }).toString(),
      ) as { commD: number[]; commR: number[] };
      return {
        sector,
        secondsByStage: seconds.get(sector) ?? {},
        sealedFile: join(sealed, sector),
        commD: hex(manifest.commD),
        commR: hex(manifest.commR),
      };
    });
  });
}

function bySectorNumber(a: string, b: string): number {
  return Number(a.split('-').at(-1)) - Number(b.split('-').at(-1));
}

const shown = ['AddPieces', 'TreeD', 'PC1', 'PC2', 'PersistFiles', 'C1', 'C2'];

/** The table, or for a terminal that is too narrow for it each sector's lines. */
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
        `  CommD  ${sector.commD}`,
        `  CommR  ${sector.commR}`,
      ].join('\n'),
    )
    .join('\n');
}

export function summaryTable(sectors: readonly SealedSector[]): string {
  const rows = sectors.map((sector) => [
    sector.sector,
    ...shown.map((stage) => (sector.secondsByStage[stage] ?? 0).toFixed(2)),
    sector.sealedFile,
    sector.commD,
    sector.commR,
  ]);
  return table([['Sector', ...shown.map((stage) => `${stage}(s)`), 'SealedFile', 'CommD', 'CommR'], ...rows]);
}
