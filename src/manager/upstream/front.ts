/**
 * A manager in front of another one. Requests about sectors and jobs are passed on; the roster of workers, the relay to
 * them and the sightings are its own. The door is started first and is not restarted with the others: if the home's
 * disk fails, the requests of workers are still passed on.
 */
import { join } from 'node:path';
import { type ChildSpec, serviceChild, serviceLimits, startTree, type TreeNode } from '../../actors/index.js';
import { type UpstreamHttp, upstreamHttp } from '../../fleet/upstream-http.js';
import { type WallClock, wallClock } from '../../protocol/clock.js';
import { SealvisorError } from '../../protocol/errors.js';
import { faultFields } from '../../protocol/events/event.js';
import type { Emit } from '../../protocol/events/table.js';
import { openUpstreamStore, type UpstreamStore } from '../../store/upstream-store.js';
import { type Relay, relay } from '../relay.js';
import { type Roster, WorkerRoster } from '../roster.js';
import { trustedAddresses } from '../worker-address.js';
import { InFlight } from './in-flight.js';
import { Reach } from './reach.js';
import { Sightings } from './sightings.js';

export interface FrontOptions {
  readonly home: string;
  /** URL of the manager behind it (src/config/upstream-url.ts). */
  readonly upstream: string;
  /** Addresses, ranges and names that workers may always be dialled at. @default none */
  readonly workerAddresses?: readonly string[] | undefined;
  readonly emit: Emit;
  readonly clock?: WallClock;
  /** Opens its store. @default openUpstreamStore */
  readonly open?: typeof openUpstreamStore;
  readonly doors?: (front: Front) => readonly ChildSpec[];
}

/** Its services are getters: after a restart they return the new instances. */
export interface Front {
  readonly upstream: UpstreamHttp;
  readonly reach: Reach;
  readonly inFlight: InFlight;
  readonly roster: Roster;
  readonly relay: Relay;
  readonly sightings: Sightings;
  tree(): TreeNode;
  /** Resolves when its tree has ended, for any reason. */
  readonly ended: Promise<void>;
  /** Safe twice. */
  stop(): Promise<void>;
}

/** How long a stop waits for requests in flight, ms. */
const settleMs = 3000;

/** @throws location_in_use, location_not_writable, store_failed, port_taken, usage; nothing is left running */
export async function startFront(options: FrontOptions): Promise<Front> {
  const { emit } = options;
  const services: Services = {};
  const upstream = upstreamHttp(options.upstream);
  const front: Front = {
    upstream,
    reach: new Reach(upstream.url, emit),
    inFlight: new InFlight(),
    get roster() {
      return up(services.roster);
    },
    get relay() {
      return up(services.relay);
    },
    get sightings() {
      return up(services.sightings);
    },
    tree: () => root.root('manager'),
    get ended() {
      return root.exited.then(() => undefined);
    },
    stop: async () => {
      await front.inFlight.settle(settleMs);
      await root.stop();
      upstream.close();
    },
  };
  const root = await startTree({
    ...serviceLimits,
    strategy: 'rest_for_one',
    children: [...(options.doors?.(front) ?? []), ...recordChildren(options, services)],
  });
  root.supervisor.subscribe(({ kind, id, exit }) => {
    if (kind === 'child.exited' && exit?.kind === 'crash')
      emit({ event: 'front.partRestarted', part: id ?? 'a part', ...faultFields(exit.error) });
  });
  return front;
}

interface Services {
  store?: UpstreamStore;
  roster?: Roster;
  relay?: Relay;
  sightings?: Sightings;
}

function up<S>(service: S | undefined): S {
  if (service) return service;
  throw new SealvisorError(
    'shutting_down',
    'the records of the manager are being opened: try again in a moment',
  );
}

function recordChildren(
  { home, workerAddresses = [], emit, clock = wallClock, open = openUpstreamStore }: FrontOptions,
  services: Services,
): readonly ChildSpec[] {
  const trusted = trustedAddresses(workerAddresses);
  /** A service is not used while it is being restarted. */
  const forget = (name: keyof typeof services, end: () => void = () => undefined) => {
    delete services[name];
    end();
  };
  return [
    {
      id: 'store',
      start: serviceChild((fail) => {
        const store = open(join(home, 'upstream.db'), fail);
        services.store = store;
        return { stop: () => forget('store', () => store.close()) };
      }),
    },
    {
      id: 'roster',
      start: serviceChild(() => {
        const roster = new WorkerRoster(up(services.store), clock, { emit });
        services.roster = roster;
        return { stop: () => forget('roster', () => roster.stop()) };
      }),
    },
    {
      id: 'relay',
      start: serviceChild(() => {
        services.relay = relay(up(services.roster), clock, trusted);
        return { stop: () => forget('relay') };
      }),
    },
    {
      id: 'sightings',
      start: serviceChild(() => {
        const kept = new Sightings(up(services.store), { clock, emit });
        services.sightings = kept;
        return { stop: () => forget('sightings', () => kept.stop()) };
      }),
    },
  ];
}
