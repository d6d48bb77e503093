/** The manager: roster, relay and sector service over one store. Serves no HTTP itself. */
import { join } from 'node:path';
import { type WallClock, wallClock } from '../protocol/clock.js';
import { SealvisorError } from '../protocol/errors.js';
import { proofTypeOfSize } from '../protocol/sector.js';
import { openFleetStore, type PieceRow } from '../store/fleet-store.js';
import { mockChain } from './chain.js';
import { scanPieces } from './pieces.js';
import { type Relay, relay } from './relay.js';
import { type Roster, roster } from './roster.js';
import { type Sectors, sectorService } from './sectors.js';

export interface ManagerOptions {
  readonly home: string;
  readonly miner: number;
  readonly sectorSize: number;
  readonly epochMs: number;
  readonly pieces?: string | undefined;
  readonly onlyWithDeals?: boolean;
  readonly limit?: number;
  readonly warn: (line: string) => void;
  readonly clock?: WallClock;
}

export interface Manager {
  readonly roster: Roster;
  readonly relay: Relay;
  readonly sectors: Sectors;
  piece(cid: string): PieceRow | undefined;
  stop(): void;
}

/** @throws location_in_use, store_failed, usage */
export async function startManager(options: ManagerOptions): Promise<Manager> {
  const { warn, clock = wallClock } = options;
  proofTypeOfSize(options.sectorSize);
  if (!(options.epochMs > 0))
    throw new SealvisorError('usage', 'an epoch of no length: write a duration such as 1s');
  const store = openFleetStore(join(options.home, 'manager.db'));
  const scan = new AbortController();
  try {
    if (options.pieces !== undefined)
      await scanPieces(options.pieces, options.sectorSize, store, { warn, signal: scan.signal });
  } catch (error) {
    store.close();
    throw error;
  }
  const chain = mockChain(store.genesisMs(clock.now()), options.epochMs, clock);
  const people = roster(store, clock);
  const sectors = sectorService({
    store,
    chain,
    clock,
    miner: options.miner,
    sectorSize: options.sectorSize,
    onlyWithDeals: options.onlyWithDeals ?? false,
    limit: options.limit ?? Number.POSITIVE_INFINITY,
  });
  return {
    roster: people,
    relay: relay(people, clock),
    sectors,
    piece: (cid) => store.pieces().find((piece) => piece.cid === cid),
    stop: () => store.close(),
  };
}
