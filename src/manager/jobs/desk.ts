/** What the jobs of every kind stand on. */
import type { WallClock } from '../../protocol/clock.js';
import { SealvisorError } from '../../protocol/errors.js';
import { formatSectorId, type SectorId } from '../../protocol/sector.js';
import type { FleetStore } from '../../store/fleet-store.js';
import type { MockChain } from '../chain.js';
import type { SectorLife } from '../sectors/life.js';
import type { Lives } from '../sectors/lives.js';
import type { JobBook } from './book.js';
import type { JobHands } from './hands.js';
import { isWanted } from './life.js';

export interface JobDesk {
  readonly store: FleetStore;
  readonly lives: Lives;
  readonly book: JobBook;
  readonly hands: JobHands;
  readonly chain: MockChain;
  readonly clock: WallClock;
  /** Directories that pieces may be read from. */
  readonly pieceRoots: readonly string[];
}

/** Who asks and why. */
export interface Asked {
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
}

export function askedOf({ by, reason }: Asked, clock: WallClock) {
  return { by: by ?? 'operator', reason: reason || null, atMs: clock.now() };
}

/** The life of a sector that is proven and kept. @throws sector_not_found, state_not_possible */
export function finishedLife({ lives }: JobDesk, id: SectorId): SectorLife {
  const life = lives.of(id);
  if (life.abortReason !== null) throw notPossible(id, `was aborted: ${life.abortReason}`);
  if (!life.finalized)
    throw notPossible(
      id,
      `is not finished: it is at ${life.state}, wait until \`util sealer sectors\` says Finished`,
    );
  if (life.persistedIn === null)
    throw notPossible(id, 'is finished, but no worker reported where its files are');
  if (life.lost) throw notPossible(id, 'is lost: it has to be rebuilt first');
  return life;
}

/** @throws state_not_possible when a job of the sector is not over */
export function checkNoJob({ book }: JobDesk, id: SectorId): void {
  const job = book.ofSector(id).find(({ life }) => isWanted(life));
  if (job) throw notPossible(id, `has a job that is not over: ${job.id}; wait for it, or cancel it`);
}

export function notPossible(id: SectorId, why: string): SealvisorError {
  return new SealvisorError('state_not_possible', `sector ${formatSectorId(id)} ${why}`);
}

export function wireSector(id: SectorId, proofType: number) {
  return { ID: { Miner: id.miner, Number: id.number }, ProofType: proofType };
}
