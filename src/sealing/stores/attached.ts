/** What a stage is told of the attached stores, by who knows what all threads write there. */

/** A store that can be written. */
export interface StoreRoom {
  readonly name: string;
  /** Free, and granted to nobody. */
  readonly roomBytes: number;
  /** Why it has no room for what is asked; null when it has. */
  readonly why: string | null;
}

export interface StoreRooms {
  /** In the order of the configuration. */
  readonly rooms: readonly StoreRoom[];
  /** Drawn by lot, each as likely as it has room. */
  readonly isWeighted: boolean;
}

/** Who knows what all threads write to the attached stores. */
export interface AttachedDesk {
  rooms(bytes: number): Promise<StoreRooms>;
  /** False when others have taken the room meanwhile. */
  take(name: string, bytes: number): Promise<boolean>;
}
