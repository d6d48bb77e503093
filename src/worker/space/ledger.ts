/** What is free of the disks, less what running stages were granted and have not written yet. */
import type { Claim, Claims, SpaceAsk } from './claims.js';
import { isAmple, type Room, type RoomGrant, roomOn, stillToWrite } from './policy.js';
import type { Readings } from './readings.js';
import type { SpaceOptions } from './words.js';

export class SpaceLedger {
  readonly #config: SpaceOptions['config'];
  readonly #claims: Claims;
  readonly #readings: Readings;

  constructor(config: SpaceOptions['config'], claims: Claims, readings: Readings) {
    this.#config = config;
    this.#claims = claims;
    this.#readings = readings;
  }

  /** Attached stores that can be written, in the order of the file. */
  stores() {
    return this.#config().attached.filter((store) => !store.readonly);
  }

  reserve(): number {
    return this.#config().space.reserveBytes;
  }

  plannedBytes({ need, stage }: SpaceAsk): number {
    const sizes = this.#config().space.needs[stage];
    return sizes === undefined ? need.bytes : Math.ceil(sizes * need.sectorBytes);
  }

  /** As this claim finds it: what is granted to others is not for it. */
  roomFor(path: string, own?: Claim): Room {
    const others = this.#claims.held().filter((claim) => claim !== own);
    return roomOn(
      path,
      this.#readings.of(path),
      others.flatMap((claim) => this.#granted(claim)),
    );
  }

  neededOn(claim: Claim, path: string): number {
    const writtenBytes = claim.path === path ? claim.nowBytes - claim.wasBytes : 0;
    return stillToWrite({ bytes: this.#bytesOn(claim, path), writtenBytes }) + this.reserve();
  }

  storeRooms(claim: Claim) {
    return this.stores().map(({ location: at }) => ({
      ...this.roomFor(at, claim),
      neededBytes: this.neededOn(claim, at),
    }));
  }

  /** Whether what is written on a disk need not be looked at: the files of many threads at each ask would hold the loop. */
  isRoomy(device: number | null, held: readonly Claim[], asking: Claim | undefined): boolean {
    const reading = device === null ? undefined : this.#readings.ofDevice(device);
    if (!reading?.isRead || this.#claims.isAnyWaiting()) return false;
    const owed = held
      .filter((each) => this.#readings.deviceOf(each.path) === device)
      .map((each) => this.#bytesOn(each, each.path));
    const askedBytes = asking ? this.#bytesOn(asking, asking.path) : 0;
    return isAmple(reading.freeBytes, owed, askedBytes + this.reserve());
  }

  #granted(claim: Claim): readonly RoomGrant[] {
    const device = this.#readings.deviceOf(claim.path);
    const writtenBytes = claim.nowBytes - claim.wasBytes;
    if (device === null) return [];
    return [{ index: claim.index, device, bytes: this.#bytesOn(claim, claim.path), writtenBytes }];
  }

  /** To a store where a part of the sector lies already it writes the rest, and for a while one file beside its like. */
  #bytesOn(claim: Claim, path: string | null): number {
    const bytes = this.plannedBytes(claim);
    const there = (path !== null && claim.there.get(path)) || 0;
    return Math.max(bytes - there, Math.min(bytes, claim.need.sectorBytes));
  }
}
