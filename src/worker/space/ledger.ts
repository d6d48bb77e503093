/** Free space of the disks, minus what running stages were granted and have not written yet. */
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

  /** Writable attached stores, in the order of the file. */
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

  /** Room for this claim: space granted to other claims is subtracted. */
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

  /** Whether the written bytes on a disk need no measuring: to measure many threads' files at each request would block the loop. */
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

  /** To a store that has a part of the sector it writes only the rest, but a replaced file exists twice for a while. */
  #bytesOn(claim: Claim, path: string | null): number {
    const bytes = this.plannedBytes(claim);
    const there = (path !== null && claim.there.get(path)) || 0;
    return Math.max(bytes - there, Math.min(bytes, claim.need.sectorBytes));
  }
}
