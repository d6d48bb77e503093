/** Sector numbers that this worker holds or stores: no manager may give them out again, even one that lost its records. */

import type { WorkerRecord } from '../../machines/worker-record.js';
import { systemClock } from '../actors/system-clock.js';
import { faultFields } from '../protocol/events/event.js';
import type { Emit } from '../protocol/events/table.js';
import type { UsedNumber } from '../protocol/identity.js';
import { isEmpty, type ThreadView } from '../protocol/thread.js';
import type { AttachedStore } from '../sealing/stage.js';
import { type HighestNumbers, highestOf, numbersIn } from '../sealing/stores/numbers.js';

export interface HeldNumbersOptions {
  readonly stores: () => readonly AttachedStore[];
  readonly threads: () => readonly ThreadView[];
  readonly record: () => WorkerRecord;
  readonly emit: Emit;
  /** How long listing a store may take, ms. @default 5000 */
  readonly deadlineMs?: number;
}

export interface HeldNumbers {
  /** The highest number of each miner; waits for the first listing of the stores. */
  usedNumbers(): Promise<readonly UsedNumber[]>;
  /** Whether this worker was never given a sector, and no thread or store has one. False if one cannot be checked. */
  isNothing(): Promise<boolean>;
  /** Lists the stores again. */
  look(): Promise<void>;
}

const defaultDeadlineMs = 5000;

export function heldNumbers(options: HeldNumbersOptions): HeldNumbers {
  const { stores, threads, record } = options;
  const listings = new StoreListings(options);
  /** One for each store; undefined = it could not be listed. */
  let kept: readonly (HighestNumbers | undefined)[] | undefined;
  let looking: Promise<void> | undefined;
  const look = async () => {
    kept = await Promise.all(stores().map((store) => listings.of(store)));
  };
  const looked = () => {
    looking ??= look();
    return looking;
  };
  return {
    usedNumbers: async () => {
      await looked();
      // A store that did not answer may answer next time; this caller does not wait for it again.
      if (kept?.includes(undefined)) looking = look();
      const all = [
        ...threads().map(({ sector }) => sector),
        ...Object.entries(record().used ?? {}).map(([miner, number]) => ({ miner: Number(miner), number })),
        ...(kept ?? []).flatMap((each) => [...(each ?? [])]).map(([miner, number]) => ({ miner, number })),
      ];
      return [...highestOf(all)].map(([Miner, number]) => ({ Miner, Number: number }));
    },
    isNothing: async () => {
      // A store whose disk is missing looks empty: a number that was ever given may be there.
      if (Object.keys(record().used ?? {}).length > 0) return false;
      looking = look();
      await looking;
      // A thread that is not running may hold a sector that it does not show.
      const areEmpty = threads().every(
        (view) => isEmpty(view) && !/^(failed|restarting)$/.test(view.mode) && view.incarnation > 0,
      );
      return areEmpty && (kept ?? []).every((each) => each?.size === 0);
    },
    look: () => {
      looking = look();
      return looking;
    },
  };
}

/** Listings of attached stores, each with its own deadline. */
class StoreListings {
  readonly #options: Pick<HeldNumbersOptions, 'emit' | 'deadlineMs'>;
  /** Locations whose listing has not finished. */
  readonly #asked = new Set<string>();
  /** Stores that a warning was logged for. */
  readonly #untold = new Set<string>();

  constructor(options: Pick<HeldNumbersOptions, 'emit' | 'deadlineMs'>) {
    this.#options = options;
  }

  /** The highest number of each miner; undefined if the store cannot be listed. */
  async of({ name, location }: AttachedStore): Promise<HighestNumbers | undefined> {
    const { emit, deadlineMs = defaultDeadlineMs } = this.#options;
    let timer: unknown;
    const late = new Promise<never>((_, reject) => {
      timer = systemClock.setTimeout(
        () => reject(new Error(`no answer within ${deadlineMs} ms`)),
        deadlineMs,
      );
    });
    try {
      // A disk that has not answered yet is not listed again: each listing would block a thread of the pool.
      if (this.#asked.has(location)) throw new Error('it has not answered yet');
      this.#asked.add(location);
      const listing = numbersIn(location).finally(() => this.#asked.delete(location));
      const numbers = await Promise.race([listing, late]);
      this.#untold.delete(name);
      return numbers;
    } catch (thrown) {
      if (!this.#untold.has(name)) emit({ event: 'store.notListed', store: name, ...faultFields(thrown) });
      this.#untold.add(name);
      return undefined;
    } finally {
      systemClock.clearTimeout(timer);
    }
  }
}
