/** Disk space that threads have requested. It is held from the grant of the stage until a check of the disk after its end. */
import type { SpaceNeed } from '../../sealing/space-need.js';

export interface SpaceAsk {
  readonly index: number;
  readonly id: number;
  readonly stage: string;
  readonly need: SpaceNeed;
}

export interface Claim extends SpaceAsk {
  /** Where its bytes go; null before a store is chosen. Of several attached stores the one with room, until the stage chooses. */
  path: string | null;
  /** Bytes that were there at the request, except those that it removes; and bytes that are there now. */
  wasBytes: number;
  nowBytes: number;
  /** Bytes of the sector in each attached store at the request. */
  readonly there: ReadonlyMap<string, number>;
  /** The number of the latest check of the disks when the stage ended; later checks see all that it wrote. Null while it runs. */
  endedAt: number | null;
}

export interface Claims {
  add(claim: Claim): void;
  find(index: number, id: number): Claim | undefined;
  /** The latest claim of the thread that is waiting or granted and has not ended. */
  latest(index: number): Claim | undefined;
  isHeld(claim: Claim): boolean;
  held(): readonly Claim[];
  isAnyWaiting(): boolean;
  /** Drops the waiting claims of a thread that requests again or has exited. */
  forgetWaiting(index: number): void;
  /** Drops the claims that ended before check `turn` and are on the disks that it checked. */
  forgetEnded(turn: number, isSeen: (claim: Claim) => boolean): void;
}

/** `isHolding`: whether the desk has admitted the thread under this id and its work has not ended. */
export function spaceClaims(isHolding: (index: number, id: number) => boolean): Claims {
  const claims = new Map<string, Claim>();
  const isHeld = ({ index, id, endedAt }: Claim) => endedAt !== null || isHolding(index, id);
  const all = () => [...claims.values()];
  const forget = (isOver: (claim: Claim) => boolean) => {
    for (const [key, claim] of claims) if (isOver(claim)) claims.delete(key);
  };
  return {
    add: (claim) => void claims.set(`${claim.index}/${claim.id}`, claim),
    find: (index, id) => claims.get(`${index}/${id}`),
    latest: (index) => all().findLast((claim) => claim.index === index && claim.endedAt === null),
    isHeld,
    held: () => all().filter(isHeld),
    isAnyWaiting: () => !all().every(isHeld),
    forgetWaiting: (index) => forget((claim) => claim.index === index && !isHeld(claim)),
    forgetEnded: (turn, isSeen) =>
      forget((claim) => claim.endedAt !== null && claim.endedAt < turn && isSeen(claim)),
  };
}

/** Moves the claim to the store that its bytes will go to. */
export function moveTo(claim: Claim, store: string): void {
  claim.path = store;
  claim.wasBytes = claim.there.get(store) ?? 0;
  claim.nowBytes = claim.wasBytes;
}
