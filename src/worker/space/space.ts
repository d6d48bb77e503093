/**
 * Prevents threads from starting stages that would fill their disks. Space that was granted to running stages and is not
 * written yet is subtracted from the free space. Runs on the main thread; the desk consults it before it admits a thread.
 */
import { timestamp } from '../../protocol/clock.js';
import type { StoreView } from '../../protocol/worker.js';
import type { StoreRooms } from '../../sealing/stores/attached.js';
import type { Blocked } from '../desk/words.js';
import { type Claim, type Claims, moveTo, type SpaceAsk, spaceClaims } from './claims.js';
import { SpaceLedger } from './ledger.js';
import { DiskLooks } from './looks.js';
import { bestRoom, hasRoom, type Room, shortageText } from './policy.js';
import { Readings } from './readings.js';
import { storeViews } from './view.js';
import type { Space, SpaceOptions } from './words.js';

export type { Space, SpaceOptions } from './words.js';

export class SpaceKeeper implements Space {
  readonly #options: SpaceOptions;
  readonly #claims: Claims;
  readonly #readings: Readings;
  readonly #ledger: SpaceLedger;
  readonly #looks: DiskLooks;
  /** The ids of requests that have not reached the desk yet, by thread. */
  readonly #preparing = new Map<number, number>();
  #alarm: unknown;
  /** When all disks are checked next, in the clock's ms. */
  #nextAt: number;

  constructor(options: SpaceOptions) {
    const { disks, config, isHolding, clock } = options;
    this.#options = options;
    this.#claims = spaceClaims(isHolding);
    this.#readings = new Readings(disks);
    this.#ledger = new SpaceLedger(config, this.#claims, this.#readings);
    const [claims, readings, ledger] = [this.#claims, this.#readings, this.#ledger];
    this.#looks = new DiskLooks({ disks, claims, readings, ledger });
    this.#nextAt = clock.now();
  }

  async prepare(ask: SpaceAsk): Promise<boolean> {
    const { index, id } = ask;
    this.#claims.forgetWaiting(index);
    this.#preparing.set(index, id);
    const claim = await this.#claimOf(ask);
    await this.#looks.refresh(this.#pathsOf(ask), claim);
    if (this.#preparing.get(index) !== id) return false;
    this.#preparing.delete(index);
    this.#claims.add(claim);
    return true;
  }

  blockedBy(index: number, name: string): Blocked | null {
    const claim = this.#claims.latest(index);
    if (!this.#options.config().space.isEnabled || claim?.stage !== name) return null;
    if (this.#ledger.plannedBytes(claim) === 0) return null;
    return claim.need.at === 'location'
      ? this.#blockedAtLocation(claim, claim.need.location)
      : this.#blockedAtStores(claim);
  }

  /** Reserves room in the best store until the stage chooses one. */
  taken(index: number, name: string): void {
    const claim = this.#claims.latest(index);
    if (!this.#options.config().space.isEnabled || claim?.stage !== name) return;
    if (claim.need.at === 'location' || this.#ledger.plannedBytes(claim) === 0) return;
    const best = bestRoom(this.#ledger.storeRooms(claim));
    if (best) moveTo(claim, best.path);
  }

  leave(index: number, id: number): void {
    if (this.#preparing.get(index) === id) this.#preparing.delete(index);
    const claim = this.#claims.find(index, id);
    if (claim && this.#claims.isHeld(claim)) this.#end(claim);
  }

  drop(index: number): void {
    this.#preparing.delete(index);
    this.#claims.forgetWaiting(index);
    for (const claim of this.#claims.held())
      if (claim.index === index && claim.endedAt === null) this.#end(claim);
  }

  async rooms(index: number, bytes: number): Promise<StoreRooms> {
    const ledger = this.#ledger;
    await this.#looks.refresh(ledger.stores().map(({ location }) => location));
    const own = this.#runningOf(index);
    const rooms = ledger.stores().map(({ name, location }) => {
      const room = ledger.roomFor(location, own);
      const neededBytes = own ? ledger.neededOn(own, location) : bytes + ledger.reserve();
      const why = hasRoom(room, neededBytes) ? null : shortageText(room, neededBytes, 'this sector');
      return { name, roomBytes: Math.max(0, room.bytes ?? 0), why };
    });
    return { rooms, isWeighted: this.#options.config().space.isStoreWeighted };
  }

  async take(index: number, name: string, bytes: number): Promise<boolean> {
    const ledger = this.#ledger;
    const location = ledger.stores().find((store) => store.name === name)?.location;
    const own = this.#runningOf(index);
    if (location === undefined) return false;
    if (own) moveTo(own, location);
    const neededBytes = own ? ledger.neededOn(own, location) : bytes + ledger.reserve();
    return hasRoom(ledger.roomFor(location, own), neededBytes);
  }

  stores(): readonly StoreView[] {
    return storeViews(
      this.#options.config(),
      (path) => this.#readings.of(path),
      (path) => this.#ledger.roomFor(path),
    );
  }

  storeOf(index: number): string | undefined {
    return this.#runningOf(index)?.path ?? undefined;
  }

  start(): void {
    const { config, clock } = this.#options;
    const { space, threads, attached } = config();
    this.#nextAt = clock.now() + space.checkIntervalMs;
    this.#alarm = clock.setTimeout(() => this.start(), space.checkIntervalMs);
    void this.#refreshAndLook([...threads, ...attached].map(({ location }) => location));
  }

  stop(): void {
    this.#options.clock.clearTimeout(this.#alarm);
  }

  #pathsOf({ need }: SpaceAsk): readonly string[] {
    if (need.at === 'location') return [need.location];
    return this.#ledger.stores().map(({ location }) => location);
  }

  async #claimOf(ask: SpaceAsk): Promise<Claim> {
    const { need } = ask;
    const bytesIn = async (path: string) => [path, (await this.#looks.bytesIn(need, path)) ?? 0] as const;
    const there = need.at === 'location' ? [] : await Promise.all(this.#pathsOf(ask).map(bytesIn));
    const path = need.at === 'location' ? need.location : null;
    const claim: Claim = { ...ask, path, there: new Map(there), wasBytes: 0, nowBytes: 0, endedAt: null };
    claim.nowBytes = (await this.#looks.measured(claim)).bytes ?? need.leftoverBytes;
    claim.wasBytes = claim.nowBytes - need.leftoverBytes;
    return claim;
  }

  #blockedAtLocation(claim: Claim, location: string): Blocked | null {
    const room = this.#ledger.roomFor(location, claim);
    // The bytes counted as written now are leftovers that it removes first, even if they exceed what it writes.
    const written = claim.nowBytes - claim.wasBytes;
    const neededBytes = this.#ledger.plannedBytes(claim) - written + this.#ledger.reserve();
    return hasRoom(room, neededBytes) ? null : this.#blockedIn(claim, room, neededBytes);
  }

  #blockedAtStores(claim: Claim): Blocked | null {
    const best = bestRoom(this.#ledger.storeRooms(claim));
    // Without a writable store the stage itself reports the error.
    if (!best || hasRoom(best, best.neededBytes)) return null;
    return this.#blockedIn(claim, best, best.neededBytes);
  }

  #blockedIn({ stage }: Claim, room: Room, neededBytes: number): Blocked {
    const { wall, clock } = this.#options;
    return {
      limit: 'space',
      holders: room.holders,
      reason: shortageText(room, neededBytes, stage),
      nextAt: timestamp(wall() + (this.#nextAt - clock.now())),
    };
  }

  #runningOf(index: number): Claim | undefined {
    const claim = this.#claims.latest(index);
    return claim?.need.at === 'store' && this.#claims.isHeld(claim) ? claim : undefined;
  }

  #end(claim: Claim): void {
    claim.endedAt = this.#looks.turn;
    // Never rejects: an unreadable disk is a result, not an error.
    if (claim.path !== null) void this.#refreshAndLook([claim.path]);
  }

  async #refreshAndLook(paths: readonly string[]): Promise<void> {
    await this.#looks.refresh(paths);
    if (this.#claims.isAnyWaiting()) this.#options.look();
  }
}
