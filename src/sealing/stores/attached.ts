/** What a stage can ask about the attached stores, from the worker that knows what all threads write there. */

/** A writable store. */
export interface StoreRoom {
  readonly name: string;
  /** Free space that is not reserved by any thread, in bytes. */
  readonly roomBytes: number;
  /** Why it does not have the requested space; null when it has. */
  readonly why: string | null;
}

export interface StoreRooms {
  /** In the order of the configuration. */
  readonly rooms: readonly StoreRoom[];
  /** Stores are drawn at random, weighted by their free space. */
  readonly isWeighted: boolean;
}

/** Reserves space in the attached stores for all threads. */
export interface AttachedDesk {
  rooms(bytes: number): Promise<StoreRooms>;
  /** False when other threads have taken the space in the meantime. */
  take(name: string, bytes: number): Promise<boolean>;
}
