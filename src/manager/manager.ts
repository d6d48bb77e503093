/** The manager as a tree: store, roster, relay, sector service, and the doors that whoever starts it adds. */
import { join } from 'node:path';
import { type ChildSpec, serviceChild, serviceLimits, startTree, type TreeNode } from '../actors/index.js';
import { steadyFrom, type WallClock, wallClock } from '../protocol/clock.js';
import { SealvisorError } from '../protocol/errors.js';
import type { LogLine } from '../protocol/log.js';
import { proofTypeOfSize } from '../protocol/sector.js';
import { type FleetStore, openFleetStore, type PieceRow } from '../store/fleet-store.js';
import { type FailsOnChain, mockChain } from './chain.js';
import { type PieceWatch, watchPieces } from './pieces/watch.js';
import { type Relay, relay } from './relay.js';
import { type Roster, roster } from './roster.js';
import { sectorLives } from './sectors/lives.js';
import { type Sectors, sectorService } from './sectors/sectors.js';
import { trustedAddresses } from './worker-address.js';

export interface ManagerOptions {
  readonly home: string;
  readonly miner: number;
  readonly sectorSize: number;
  /** New sectors are sealed with synthetic PoRep. @default false */
  readonly useSyntheticPoRep?: boolean | undefined;
  readonly epochMs: number;
  /** A directory whose files are pieces; what is put there later is picked up, too. */
  readonly pieces?: string | undefined;
  /** One more such directory, beside `pieces`. */
  readonly morePieces?: string | undefined;
  /** Further directories that pieces may be read from: those of upgrades, and of earlier runs. @default none */
  readonly pieceRoots?: readonly string[] | undefined;
  /** After each look at a pieces directory: paths of the pieces that are new. */
  readonly onPieces?: (added: readonly string[]) => void;
  readonly onlyWithDeals?: boolean;
  readonly limit?: number;
  /** Addresses, ranges and names that workers are dialled at, whoever names them. @default none */
  readonly workerAddresses?: readonly string[] | undefined;
  /** A window proof of which nothing is heard for so long is another worker's, ms. @default 60 s */
  readonly heartbeatMs?: number;
  /** Which messages fail on the mock chain. @default none */
  readonly fails?: FailsOnChain;
  readonly warn: LogLine;
  readonly clock?: WallClock;
  /** What stands behind the services: it is started again whenever one of them is. */
  readonly doors?: (manager: Manager) => readonly ChildSpec[];
}

/** Its services are those of the moment: after a restart of one, others stand here. */
export interface Manager {
  /** Made with its home: another home is another manager, wherever it listens. */
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
  /** Resolves when the manager's tree has ended, whoever ended it. */
  readonly ended: Promise<void>;
  /** Safe twice. */
  stop(): Promise<void>;
}

/** @throws location_in_use, location_not_writable, store_failed, port_taken, usage; nothing is left running */
export async function startManager(options: ManagerOptions): Promise<Manager> {
  const { warn, clock = wallClock } = options;
  const trusted = trustedAddresses(options.workerAddresses ?? []);
  proofTypeOfSize(options.sectorSize);
  if (!(options.epochMs > 0))
    throw new SealvisorError('usage', 'an epoch of no length: write a duration such as 1s');
  const services: {
    store?: FleetStore;
    roster?: Roster;
    relay?: Relay;
    sectors?: Sectors;
    readonly pieces: Map<string, PieceWatch>;
  } = { pieces: new Map() };
  // rest_for_one: a service stands on those started before it, which are up.
  const up = <S>(service: S | undefined): S => {
    if (service) return service;
    throw new SealvisorError('shutting_down', 'the manager is being started: try once more in a moment');
  };
  const nothingToStop = { stop: () => undefined };
  const piecesChild = (directory: string, id: string): ChildSpec => ({
    id,
    start: serviceChild(async () => {
      const { sectorSize, onPieces: onLook } = options;
      const isKnown = services.pieces.has(directory);
      const store = up(services.store);
      const watch = await watchPieces({ directory, sectorSize, store, warn, onLook, isKnown });
      services.pieces.set(directory, watch);
      return watch;
    }),
  });
  let identity = '';
  const manager: Manager = {
    get identity() {
      return identity;
    },
    get roster() {
      return up(services.roster);
    },
    get relay() {
      return up(services.relay);
    },
    get sectors() {
      return up(services.sectors);
    },
    pieceRoots: pieceRootsOf(options),
    piece: (cid) => up(services.store).piece(cid),
    pendingPieces: () => [...services.pieces.values()].reduce((sum, watch) => sum + watch.pending(), 0),
    tree: () => root.root('manager'),
    get ended() {
      return root.exited.then(() => undefined);
    },
    stop: () => root.stop(),
  };
  const root = await startTree({
    ...serviceLimits,
    strategy: 'rest_for_one',
    children: [
      {
        id: 'store',
        start: serviceChild((fail) => {
          const store = openFleetStore(join(options.home, 'manager.db'), fail, {
            isOpenedAgain: identity !== '',
          });
          services.store = store;
          identity = store.identity;
          return { stop: () => store.close() };
        }),
      },
      {
        id: 'roster',
        start: serviceChild(() => {
          services.roster = roster(up(services.store), clock, {
            warn,
            // A clock that somebody sets says nothing of how long a worker was silent.
            ...(clock === wallClock ? { steady: () => performance.now() } : {}),
          });
          return nothingToStop;
        }),
      },
      {
        id: 'relay',
        start: serviceChild(() => {
          services.relay = relay(up(services.roster), clock, trusted);
          return nothingToStop;
        }),
      },
      ...(options.pieces === undefined ? [] : [piecesChild(options.pieces, 'pieces')]),
      ...(options.morePieces === undefined ? [] : [piecesChild(options.morePieces, 'more-pieces')]),
      {
        id: 'sectors',
        start: serviceChild(() => {
          const store = up(services.store);
          services.sectors = sectorsOver(store, options, options.clock ?? clockOf(store));
          return nothingToStop;
        }),
      },
      ...(options.doors?.(manager) ?? []),
    ],
  });
  return manager;
}

/** Epochs and silences are counted from the wall clock of the start on, which may have been set back meanwhile. */
function clockOf(store: FleetStore): WallClock {
  const latest = sectorLives(store)
    .all()
    .reduce((at, { life }) => Math.max(at, life.givenMs, life.heardMs ?? 0), 0);
  return steadyFrom(Math.max(wallClock.now(), latest));
}

function sectorsOver(store: FleetStore, options: ManagerOptions, clock: WallClock): Sectors {
  const { sectorSize, useSyntheticPoRep, miner } = options;
  return sectorService({
    store,
    chain: mockChain(store.genesisMs(clock.now()), options.epochMs, clock, options.fails),
    clock,
    miner,
    sectorSize,
    useSyntheticPoRep,
    pieceRoots: pieceRootsOf(options),
    onlyWithDeals: options.onlyWithDeals ?? false,
    limit: options.limit ?? Number.POSITIVE_INFINITY,
    heartbeatMs: options.heartbeatMs,
    warn: options.warn,
  });
}

function pieceRootsOf({ pieces, morePieces, pieceRoots = [] }: ManagerOptions): readonly string[] {
  return [pieces, morePieces].filter((each) => each !== undefined).concat(pieceRoots);
}
