/** The interface for disk space, for the desk and the threads. */
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
  /** Whether the desk has admitted the thread under this id and its work has not ended. */
  readonly isHolding: (index: number, id: number) => boolean;
  /** Called when the result of `blockedBy` may have changed. */
  readonly look: () => void;
}

export interface Space {
  /**
   * Checks the disks before a thread requests a permit from the desk; false when the thread has cancelled, died or
   * requested again in the meantime.
   */
  prepare(ask: SpaceAsk): Promise<boolean>;
  /** Why the thread cannot start its requested stage now; null when there is room. Without side effects: also used for views. */
  blockedBy(index: number, name: string): Blocked | null;
  /** The desk has admitted the thread. Called before the desk considers another one. */
  taken(index: number, name: string): void;
  /** The thread releases its permit. Called before the desk releases it. */
  leave(index: number, id: number): void;
  /** The thread has exited. Called before the desk drops it. */
  drop(index: number): void;
  /** The room in writable attached stores, in the order of the file, for a stage that needs `bytes`. */
  rooms(index: number, bytes: number): Promise<StoreRooms>;
  /** The thread chooses this attached store; false when it has no room left, or is unknown. */
  take(index: number, name: string, bytes: number): Promise<boolean>;
  stores(): readonly StoreView[];
  /** The attached store that the thread writes to; undefined while it writes to none. */
  storeOf(index: number): string | undefined;
  /** Checks all disks now and then every `check_interval`. */
  start(): void;
  stop(): void;
}
