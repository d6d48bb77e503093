/** What threads have asked room for, and hold from when their stage is granted until its end is seen on the disk. */
import type { SpaceNeed } from '../../sealing/space-need.js';

export interface SpaceAsk {
  readonly index: number;
  readonly id: number;
  readonly stage: string;
  readonly need: SpaceNeed;
}

export interface Claim extends SpaceAsk {
  /** Where its bytes go; of several attached stores the one with room, until the stage chooses. */
  path: string | null;
  /** What lay there when it asked, except what it removes; and what lies there now. */
  wasBytes: number;
  nowBytes: number;
  /** What of the sector lay in each attached store when it asked. */
  readonly there: ReadonlyMap<string, number>;
  /** The look at the disks that was the latest when the stage ended: what it wrote is seen by those behind. */
  endedAt: number | null;
}

export interface Claims {
  add(claim: Claim): void;
  find(index: number, id: number): Claim | undefined;
  /** What the thread waits for, or was granted and has not ended. */
  latest(index: number): Claim | undefined;
  isHeld(claim: Claim): boolean;
  held(): readonly Claim[];
  isAnyWaiting(): boolean;
  /** The thread asks again, or is no more: what it waited for it waits for no more. */
  forgetWaiting(index: number): void;
  /** Those that ended before this look, where it looked. */
  forgetEnded(turn: number, isSeen: (claim: Claim) => boolean): void;
}

/** `isHolding`: whether the desk has let the thread in under this id, and its work has not ended. */
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

/** Puts the claim on the store that its bytes will go to. */
export function moveTo(claim: Claim, store: string): void {
  claim.path = store;
  claim.wasBytes = claim.there.get(store) ?? 0;
  claim.nowBytes = claim.wasBytes;
}
