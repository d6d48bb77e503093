/** What the desk and the threads ask about room on disks. */
import type { Clock } from '../../actors/index.js';
import type { WorkerConfig } from '../../config/worker-config.js';
import type { StoreView } from '../../protocol/worker.js';
import type { StoreRooms } from '../../sealing/stores/attached.js';
import type { Blocked } from '../desk/words.js';
import type { SpaceAsk } from './claims.js';
import type { Disks } from './disk.js';

export interface SpaceOptions {
  readonly clock: Clock;
  /** Wall time in ms since the epoch. */
  readonly wall: () => number;
  readonly disks: Disks;
  readonly config: () => Pick<WorkerConfig, 'space' | 'threads' | 'attached'>;
  /** Whether the desk has let the thread in under this id, and its work has not ended. */
  readonly isHolding: (index: number, id: number) => boolean;
  /** `blockedBy` may answer something else now. */
  readonly look: () => void;
}

export interface Space {
  /** Looks at the disks before a thread asks the desk; false when it has left or died meanwhile, and asks no more. */
  prepare(ask: SpaceAsk): Promise<boolean>;
  /** Why the thread cannot begin the stage it asked for now; null when there is room. Whoever shows a thread asks too: nothing changes by it. */
  blockedBy(index: number, name: string): Blocked | null;
  /** The desk has let the thread in, before anyone else is looked at. */
  taken(index: number, name: string): void;
  /** The thread leaves, before the desk hears of it. */
  leave(index: number, id: number): void;
  /** The thread has died, before the desk hears of it. */
  drop(index: number): void;
  /** Attached stores that can be written, in the order of the file, as a stage that wants `bytes` finds them. */
  rooms(index: number, bytes: number): Promise<StoreRooms>;
  /** The thread writes to this attached store; false when others have taken its room meanwhile. */
  take(index: number, name: string, bytes: number): Promise<boolean>;
  stores(): readonly StoreView[];
  /** The attached store that the thread writes to; undefined while it writes to none. */
  storeOf(index: number): string | undefined;
  /** Looks at all disks now, and every `check_interval` from then on. */
  start(): void;
  stop(): void;
}
