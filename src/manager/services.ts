/** The manager's services: each as a child of its tree, with access to the current instances. */
import { join } from 'node:path';
import { type ChildSpec, serviceChild } from '../actors/index.js';
import { steadyFrom, type WallClock, wallClock } from '../protocol/clock.js';
import { SealvisorError } from '../protocol/errors.js';
import type { Emit } from '../protocol/events/table.js';
import { type FleetStore, openFleetStore } from '../store/fleet-store.js';
import { type FailsOnChain, mockChain } from './chain.js';
import { type PieceWatch, watchPieces } from './pieces/watch.js';
import { type Relay, relay } from './relay.js';
import { type Roster, WorkerRoster } from './roster.js';
import { Lives } from './sectors/lives.js';
import { Sectors } from './sectors/sectors.js';
import { trustedAddresses } from './worker-address.js';

export interface ServiceOptions {
  readonly home: string;
  readonly miner: number;
  readonly sectorSize: number;
  /** New sectors are sealed with synthetic PoRep. @default false */
  readonly useSyntheticPoRep?: boolean | undefined;
  readonly epochMs: number;
  /** A directory whose files are pieces; files that are added later are picked up, too. */
  readonly pieces?: string | undefined;
  /** A second such directory. */
  readonly morePieces?: string | undefined;
  /** Further directories that pieces may be read from: those of upgrades, and of earlier runs. @default none */
  readonly pieceRoots?: readonly string[] | undefined;
  /** Called after each scan of a pieces directory except those of its first start, with the paths of new pieces. */
  readonly onPieces?: (added: readonly string[]) => void;
  readonly onlyWithDeals?: boolean;
  readonly limit?: number;
  /** Addresses, ranges and names that workers may always be dialled at. @default none */
  readonly workerAddresses?: readonly string[] | undefined;
  /** How long a worker may be silent about a window proof before another worker gets it, ms. @default 60 s */
  readonly heartbeatMs?: number;
  /** Which messages fail on the mock chain. @default none */
  readonly fails?: FailsOnChain;
  readonly emit: Emit;
  readonly clock?: WallClock;
}

const nothingToStop = { stop: () => undefined };

export class ManagerServices {
  /** Created with the home; empty until the store is open. */
  identity = '';
  readonly pieceRoots: readonly string[];
  readonly #trusted: ReturnType<typeof trustedAddresses>;
  readonly #pieces = new Map<string, PieceWatch>();
  #store: FleetStore | undefined;
  #roster: Roster | undefined;
  #relay: Relay | undefined;
  #sectors: Sectors | undefined;

  /** @throws usage for an address that cannot be read */
  constructor(private readonly options: ServiceOptions) {
    const { pieces, morePieces, pieceRoots = [], workerAddresses = [] } = options;
    this.pieceRoots = [pieces, morePieces].filter((each) => each !== undefined).concat(pieceRoots);
    this.#trusted = trustedAddresses(workerAddresses);
  }

  get store(): FleetStore {
    return up(this.#store);
  }

  get roster(): Roster {
    return up(this.#roster);
  }

  get relay(): Relay {
    return up(this.#relay);
  }

  get sectors(): Sectors {
    return up(this.#sectors);
  }

  pendingPieces(): number {
    return [...this.#pieces.values()].reduce((sum, watch) => sum + watch.pending(), 0);
  }

  /** Each depends on those before it: rest_for_one. */
  children(): readonly ChildSpec[] {
    const { pieces, morePieces } = this.options;
    return [
      this.#storeChild(),
      this.#rosterChild(),
      this.#relayChild(),
      ...(pieces === undefined ? [] : [this.#piecesChild(pieces, 'pieces')]),
      ...(morePieces === undefined ? [] : [this.#piecesChild(morePieces, 'more-pieces')]),
      this.#sectorsChild(),
    ];
  }

  #storeChild(): ChildSpec {
    return {
      id: 'store',
      start: serviceChild((fail) => {
        const path = join(this.options.home, 'manager.db');
        const store = openFleetStore(path, fail, { isOpenedAgain: this.identity !== '' });
        this.#store = store;
        this.identity = store.identity;
        return { stop: () => store.close() };
      }),
    };
  }

  #rosterChild(): ChildSpec {
    const { emit, clock = wallClock } = this.options;
    return {
      id: 'roster',
      start: serviceChild(() => {
        const roster = new WorkerRoster(this.store, clock, { emit });
        this.#roster = roster;
        return { stop: () => roster.stop() };
      }),
    };
  }

  #relayChild(): ChildSpec {
    const { clock = wallClock } = this.options;
    return {
      id: 'relay',
      start: serviceChild(() => {
        this.#relay = relay(this.roster, clock, this.#trusted);
        return nothingToStop;
      }),
    };
  }

  #piecesChild(directory: string, id: string): ChildSpec {
    const { sectorSize, emit, onPieces: onLook } = this.options;
    return {
      id,
      start: serviceChild(async () => {
        const isKnown = this.#pieces.has(directory);
        const { store } = this;
        const watch = await watchPieces({ directory, sectorSize, store, emit, onLook, isKnown });
        this.#pieces.set(directory, watch);
        return watch;
      }),
    };
  }

  #sectorsChild(): ChildSpec {
    const { options, pieceRoots } = this;
    return {
      id: 'sectors',
      start: serviceChild(() => {
        const { store } = this;
        const clock = options.clock ?? clockOf(store);
        const { epochMs, fails, onlyWithDeals = false, limit = Number.POSITIVE_INFINITY } = options;
        const chain = mockChain(store.genesisMs(clock.now()), epochMs, clock, fails);
        this.#sectors = new Sectors({ ...options, store, chain, clock, pieceRoots, onlyWithDeals, limit });
        return nothingToStop;
      }),
    };
  }
}

/** @throws shutting_down while the service is not started */
function up<S>(service: S | undefined): S {
  if (service) return service;
  throw new SealvisorError('shutting_down', 'the manager is being started: try once more in a moment');
}

/** A steady clock that starts at the wall clock, or at the latest stored time if the wall clock was set back since. */
function clockOf(store: FleetStore): WallClock {
  const latest = new Lives(store)
    .all()
    .reduce((at, { life }) => Math.max(at, life.givenMs, life.heardMs ?? 0), 0);
  return steadyFrom(Math.max(wallClock.now(), latest));
}
