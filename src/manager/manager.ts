/**
 * The manager as a supervisor tree: store, roster, relay, watches of pieces, sector service, and the doors that the
 * caller adds.
 */
import { type ChildSpec, serviceLimits, startTree, type TreeNode } from '../actors/index.js';
import { SealvisorError } from '../protocol/errors.js';
import { proofTypeOfSize } from '../protocol/sector.js';
import type { PieceRow } from '../store/piece-table.js';
import type { Relay } from './relay.js';
import type { Roster } from './roster.js';
import type { Sectors } from './sectors/sectors.js';
import { ManagerServices, type ServiceOptions } from './services.js';

export interface ManagerOptions extends ServiceOptions {
  /** Children that start after the services; they are restarted whenever a service is. */
  readonly doors?: (manager: Manager) => readonly ChildSpec[];
}

/** Its services are getters: after a restart they return the new instances. */
export interface Manager {
  /** Created with its home: a manager with another home is another manager, even at the same address. */
  readonly identity: string;
  readonly roster: Roster;
  readonly relay: Relay;
  readonly sectors: Sectors;
  piece(cid: string): PieceRow | undefined;
  /** Directories that pieces may be read from. */
  readonly pieceRoots: readonly string[];
  /** Files in the pieces directories that are still being written. */
  pendingPieces(): number;
  tree(): TreeNode;
  /** Resolves when the manager's tree has ended, for any reason. */
  readonly ended: Promise<void>;
  /** Safe twice. */
  stop(): Promise<void>;
}

/** @throws location_in_use, location_not_writable, store_failed, port_taken, usage; nothing is left running */
export async function startManager(options: ManagerOptions): Promise<Manager> {
  proofTypeOfSize(options.sectorSize);
  if (!(options.epochMs > 0))
    throw new SealvisorError('usage', 'an epoch of no length: write a duration such as 1s');
  const services = new ManagerServices(options);
  const manager: Manager = {
    get identity() {
      return services.identity;
    },
    get roster() {
      return services.roster;
    },
    get relay() {
      return services.relay;
    },
    get sectors() {
      return services.sectors;
    },
    pieceRoots: services.pieceRoots,
    piece: (cid) => services.store.piece(cid),
    pendingPieces: () => services.pendingPieces(),
    tree: () => root.root('manager'),
    get ended() {
      return root.exited.then(() => undefined);
    },
    stop: () => root.stop(),
  };
  const root = await startTree({
    ...serviceLimits,
    strategy: 'rest_for_one',
    children: [...services.children(), ...(options.doors?.(manager) ?? [])],
  });
  return manager;
}
