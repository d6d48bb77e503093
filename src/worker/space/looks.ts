/** Checks of the disks: free space, and what running stages have written. */
import { join } from 'node:path';
import type { SpaceNeed } from '../../sealing/space-need.js';
import type { Claim, Claims } from './claims.js';
import type { Disks } from './disk.js';
import type { SpaceLedger } from './ledger.js';
import type { Readings } from './readings.js';

/** Directories of a sector's files in an attached store. */
const storeDirs = ['sealed', 'cache', 'update', 'update-cache'];

export interface DiskLooksParts {
  readonly disks: Pick<Disks, 'bytesIn'>;
  readonly readings: Readings;
  readonly claims: Claims;
  readonly ledger: SpaceLedger;
}

export class DiskLooks {
  readonly #parts: DiskLooksParts;
  #turn = 0;

  constructor(parts: DiskLooksParts) {
    this.#parts = parts;
  }

  /** The number of the latest check. */
  get turn(): number {
    return this.#turn;
  }

  bytesIn({ sectorId }: SpaceNeed, store: string): Promise<number | null> {
    return this.#parts.disks.bytesIn(storeDirs.map((dir) => join(store, dir, sectorId)));
  }

  /** Bytes where the claim writes; null if not known. */
  async measured(claim: Claim) {
    const { path, need } = claim;
    if (path === null) return { claim, path, bytes: null };
    const bytes = await (need.at === 'location'
      ? this.#parts.disks.bytesIn([need.dir])
      : this.bytesIn(need, path));
    return { claim, path, bytes };
  }

  /**
   * Written bytes are measured before free space, so that bytes written in between are counted twice rather than not at
   * all. For the same reason both values take effect together. `asking`: a claim that is about to request room there.
   */
  async refresh(paths: readonly string[], asking?: Claim): Promise<void> {
    const { readings, claims, ledger } = this.#parts;
    const turn = ++this.#turn;
    const isNear = (claim: Claim) =>
      paths.some((path) => readings.deviceOf(path) === readings.deviceOf(claim.path));
    const held = claims.held().filter(isNear);
    const devices = new Set(held.map(({ path }) => readings.deviceOf(path)));
    const tight = [...devices].filter((device) => !ledger.isRoomy(device, held, asking));
    const measurable = held.filter(({ path }) => tight.includes(readings.deviceOf(path)));
    const sizes = await Promise.all(measurable.map((claim) => this.measured(claim)));
    const noteSizes = (device: number) => {
      // Unless another store was chosen in the meantime.
      for (const { claim, path, bytes } of sizes)
        if (bytes !== null && claim.path === path && readings.deviceOf(path) === device)
          claim.nowBytes = bytes;
    };
    await Promise.all(paths.map((path) => readings.look(path, turn, noteSizes)));
    claims.forgetEnded(turn, isNear);
  }
}
