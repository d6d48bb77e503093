/** The pieces of one upgrade: all files of a directory, packed into one sector. */
import { SealvisorError } from '../../protocol/errors.js';
import { someOf } from '../../protocol/some-of.js';
import type { FleetStore } from '../../store/fleet-store.js';
import type { PieceRow } from '../../store/piece-table.js';
import { checkPieceDirectory } from '../pieces/file.js';
import { scanPieces } from '../pieces/pieces.js';
import { packPieces } from '../sectors/life.js';

export interface UpgradePiecesOptions {
  readonly directory: string;
  /** Directories that pieces may be read from. */
  readonly roots: readonly string[];
  readonly sectorSize: number;
  readonly store: FleetStore;
  /** CIDs of the pieces that another sector or job has. */
  readonly taken: () => ReadonlySet<string>;
  readonly signal: AbortSignal;
}

/** In their order in the sector. @throws usage */
export async function upgradePieces(options: UpgradePiecesOptions): Promise<readonly PieceRow[]> {
  const { directory, roots, sectorSize, store, signal } = options;
  await checkPieceDirectory(directory, roots);
  const { cids, skipped } = await scanPieces({
    ...{ directory, sectorSize, store, signal },
    emit: () => undefined,
    aside: true,
  });
  const rows = cids.map((cid) => store.piece(cid)).filter((row) => row !== undefined);
  if (rows.length === 0 && skipped.length === 0)
    throw new SealvisorError('usage', `there is no piece in ${directory}: an upgrade needs one at least`);
  // Read once: it goes through the lives of all sectors.
  const others = options.taken();
  const taken = rows.filter(({ cid }) => others.has(cid)).map(({ path }) => path);
  if (taken.length > 0)
    throw new SealvisorError(
      'usage',
      `${someOf(taken)}: another sector or job has it; take it out of ${directory}`,
    );
  const packed = packPieces(rows, sectorSize, null);
  const left = [...skipped, ...rows.filter((row) => !packed.includes(row)).map(({ path }) => path)];
  if (left.length === 0) return packed;
  throw new SealvisorError(
    'usage',
    `the pieces do not fit one sector of ${sectorSize} bytes: without ${someOf(left)} they would`,
  );
}
