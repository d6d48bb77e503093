/** Which pieces a sector gets: those that fit, and that no other sector or job holds. */
import { proofTypeOfNumber, type SectorId } from '../../protocol/sector.js';
import type { Deal } from '../../protocol/sector-answers.js';
import type { FleetStore } from '../../store/fleet-store.js';
import type { PieceRow } from '../../store/piece-table.js';
import { piecesOf } from './facts.js';
import { dealOf, leftBeside, packPieces } from './life.js';
import type { KeptLife, Lives } from './lives.js';

export interface DealsOptions {
  readonly store: Pick<FleetStore, 'pieces'>;
  readonly lives: Lives;
  readonly sectorSize: number;
  /** CIDs of the pieces that a job has, or that are put aside for one. */
  readonly inJobs: () => readonly string[];
}

export class SectorDeals {
  constructor(private readonly options: DealsOptions) {}

  /** Null while too few pieces wait, and for an aborted sector. @throws sector_not_found */
  acquire(id: SectorId, maxDeals: number | null, minUsedSpace: number | null): readonly Deal[] | null {
    const { lives } = this.options;
    const life = lives.of(id);
    // The pieces of an aborted sector are free, and another sector may have them by now.
    if (life.abortReason !== null) return null;
    if (life.deals) return life.deals;
    const chosen = packPieces(this.waiting(), proofTypeOfNumber(life.proofType).size, maxDeals);
    const used = chosen.reduce((sum, piece) => sum + piece.paddedSize, 0);
    if (chosen.length === 0 || used < (minUsedSpace ?? 0)) return null;
    const deals = chosen.map(dealOf);
    lives.keep(id, { deals });
    return deals;
  }

  /** Pieces that fit and that no sector or job holds. Only lives and jobs record who holds a piece, so one write is enough. */
  waiting(all: readonly KeptLife[] = this.options.lives.all()): readonly PieceRow[] {
    const { store, sectorSize, inJobs } = this.options;
    const held = new Set([...this.inSectors(all), ...inJobs()]);
    return store.pieces().filter((piece) => piece.paddedSize <= sectorSize && !held.has(piece.cid));
  }

  /** Whether pieces remain that do not fit into the `open` sectors, which have no deals yet. */
  isLeftBeside(all: readonly KeptLife[], open: number): boolean {
    return leftBeside(this.waiting(all), open, this.options.sectorSize).length > 0;
  }

  /** CIDs of the pieces that sectors hold. */
  inSectors(all: readonly KeptLife[] = this.options.lives.all()): ReadonlySet<string> {
    const alive = all.filter(({ life }) => life.abortReason === null);
    return new Set(alive.flatMap(({ life }) => piecesOf(life)).map((deal) => deal.Piece.Cid['/']));
  }
}
