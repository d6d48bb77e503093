/** The desk with its other parts: disk space, processors, and the settings for a new sector. */
import { type BreakerRecord, limitsInForce, type WorkerRecord } from '../../../machines/worker-record.js';
import { systemClock } from '../../actors/index.js';
import type { WorkerConfig } from '../../config/worker-config.js';
import type { StoreView } from '../../protocol/worker.js';
import type { MainSide } from '../border/contract.js';
import type { SettingsOfThread } from '../border/setup.js';
import type { Processors } from '../processors/processors.js';
import { diskReader } from '../space/disk.js';
import { SpaceKeeper } from '../space/space.js';
import { deskCalls } from './calls.js';
import { WorkerDesk } from './desk.js';
import { firstBlocked } from './first-blocked.js';
import { leftPlaces } from './left-places.js';
import type { Desk, DeskPolicy } from './words.js';

export interface PlacesOptions {
  readonly config: () => WorkerConfig;
  readonly record: () => WorkerRecord;
  /** The settings for a new sector, with the thread's hot configuration read again. */
  readonly settingsOf: (index: number) => Promise<SettingsOfThread>;
  /** Checks that a location or an attached store is on its disk. @throws the reason */
  readonly checkRoot: (path: string) => Promise<void>;
  readonly onChange: (indexes: readonly number[]) => void;
  readonly onBreaker: (stage: string, breaker: BreakerRecord | null) => void;
  /** Assigns processors to threads. */
  readonly processors: Pick<Processors, 'arrive' | 'blockedBy' | 'take' | 'free' | 'leftAt'>;
}

export interface Places {
  readonly desk: Desk;
  /** A thread's calls to the desk, and about its stores and settings. */
  sideOf(index: number): Pick<MainSide, 'desk' | 'stores' | 'settings'>;
  /** Whether the thread waits only for a processor. */
  isAtTheDoor(index: number): boolean;
  /** The worker's disks, as last checked. */
  stores(): readonly StoreView[];
  /** The attached store that the thread is writing to; undefined if none. */
  storeOf(index: number): string | undefined;
  /** Starts the checks of the disks. */
  start(): void;
  stop(): void;
  /** Applies limits, breaker settings and cordon from configuration and record. */
  apply(): void;
}

export function places(options: PlacesOptions): Places {
  const { config, record, onChange, onBreaker, processors } = options;
  const policy = (): DeskPolicy => {
    const { limits, staggeredMs, breaker } = config();
    return { limits: limitsInForce(record(), limits), configured: limits, staggeredMs, breaker };
  };
  const times = { clock: systemClock, wall: Date.now };
  const space = new SpaceKeeper({
    ...times,
    config,
    disks: diskReader(systemClock, undefined, undefined, options.checkRoot),
    isHolding: (index, id) => desk.isHolding(index, id),
    look: () => desk.look(),
  });
  const left = leftPlaces({
    limitOf: (name) => desk.limits().find((each) => each.name === name),
    leftAt: (limit) => processors.leftAt(limit),
  });
  const blockedBy = firstBlocked(
    (index, name) => space.blockedBy(index, name),
    left,
    (index, name) => processors.blockedBy(index, name),
  );
  const desk: Desk = new WorkerDesk(
    {
      ...{ ...times, onChange, onBreaker, blockedBy },
      onDrop: (index) => space.drop(index),
      onTaken: (index, name) => {
        space.taken(index, name);
        processors.take(index, name);
      },
      onFree: (index, name) => processors.free(index, name),
    },
    policy(),
  );
  return {
    desk,
    isAtTheDoor: (index) => {
      const name = desk.doorOf(index);
      return name !== null && space.blockedBy(index, name) === null;
    },
    stores: () => space.stores(),
    storeOf: (index) => space.storeOf(index),
    start: () => space.start(),
    stop: () => space.stop(),
    sideOf: (index) => sideOfThread(index, options, { desk, space }),
    apply: () => {
      desk.setPolicy(policy());
      const why = whyHeld(record());
      if (why === null) desk.unhold();
      else desk.hold(why);
    },
  };
}

function sideOfThread(
  index: number,
  { config, settingsOf, processors }: PlacesOptions,
  { desk, space }: { readonly desk: Desk; readonly space: SpaceKeeper },
): ReturnType<Places['sideOf']> {
  return {
    desk: deskCalls(index, {
      ...{ desk, space, settingsOf, arrive: (at, name) => processors.arrive(at, name) },
      isSpaceEnabled: () => config().space.isEnabled,
    }),
    stores: {
      rooms: (bytes) => space.rooms(index, bytes),
      take: (name, bytes) => space.take(index, name, bytes),
    },
    settings: { now: () => settingsOf(index) },
  };
}

/** Why no thread may start a new sector; null while they may. */
function whyHeld({ cordon, drain }: WorkerRecord): string | null {
  const wish = drain ?? cordon;
  if (wish === null) return null;
  return `${drain ? 'draining' : 'cordoned'} by ${wish.by}${wish.reason ? `: ${wish.reason}` : ''}`;
}
