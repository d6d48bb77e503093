/** Gives sectors out: a new number, or one that was given under the same request, or to nobody who ever spoke of it. */
import type { WallClock } from '../../protocol/clock.js';
import type { Emit } from '../../protocol/events/table.js';
import type { UsedNumber } from '../../protocol/identity.js';
import { formatSectorId, isInteractive } from '../../protocol/sector.js';
import type { Allocated } from '../../protocol/sector-answers.js';
import type { FleetStore } from '../../store/fleet-store.js';
import { isAllowed } from './allowed.js';
import { type GivenTo, isFree, isHeld, newLife, type SectorLife } from './life.js';
import type { KeptLife, Lives } from './lives.js';
import { type Wanted, whyNoSector } from './why-none.js';

export interface AllocationOptions {
  readonly store: FleetStore;
  readonly lives: Lives;
  readonly clock: WallClock;
  readonly miner: number;
  /** Of new sectors. */
  readonly proofTypeOf: (isInteractive: boolean) => number;
  /** No more sectors than this in all. */
  readonly limit: number;
  /** Whether there is something to be put into one more sector, beside those that are open. Others than interactive ones hold no deals. */
  readonly isWanted: (all: readonly KeptLife[], open: number) => boolean;
  readonly emit: Emit;
}

export class SectorAllocation {
  /** While this manager was away nobody could be heard. */
  readonly #startedMs: number;

  constructor(private readonly options: AllocationOptions) {
    this.#startedMs = options.clock.now();
  }

  /** `given` null: who asks says nothing of itself, and what it gets is given to nobody else. */
  allocate(
    miners: readonly number[] | null,
    proofTypes: readonly number[] | null,
    given: GivenTo | null = null,
    isOfInteractive = true,
  ): Allocated | null {
    const { lives, clock, miner, limit, isWanted } = this.options;
    const proofType = this.options.proofTypeOf(isOfInteractive);
    if (!isAllowed(miners, miner) || !isAllowed(proofTypes, proofType)) return null;
    const all = lives.all();
    // A thread that has changed its plan asks under the request that it has open still.
    const again = given && askedAgain(all, given, isOfInteractive);
    if (again) return answerOf(again);
    const held = all.filter(({ life }) => isHeld(life, clock.now()));
    if (held.length >= limit) return null;
    const open = held.filter(({ life }) => isInteractive(life) && life.deals === null).length;
    if (isOfInteractive && !isWanted(all, open)) return null;
    return answerOf((given && this.#givenAnew(all, given, proofType)) ?? this.#newSector(given, proofType));
  }

  /** Why `allocate` gave none. */
  whyNone(wanted: Wanted, isOfInteractive = true): string {
    const { lives, clock, miner, limit } = this.options;
    const proofType = this.options.proofTypeOf(isOfInteractive);
    const held = lives.all().filter(({ life }) => isHeld(life, clock.now()));
    return whyNoSector(wanted, { miner, proofType, isFull: held.length >= limit, limit });
  }

  /** No number at or below one of these is given out from now on. */
  learnNumbers(used: readonly UsedNumber[], worker: string | null): void {
    for (const { Miner, Number: number } of used) {
      if (!this.options.store.learnNumber(Miner, number)) continue;
      const sector = formatSectorId({ miner: Miner, number });
      this.options.emit({ event: 'numbers.learnt', sector, worker: worker ?? undefined });
    }
  }

  #givenAnew(all: readonly KeptLife[], given: GivenTo, proofType: number): KeptLife | undefined {
    const { lives, clock, miner } = this.options;
    const since = ({ givenMs }: SectorLife) => Math.max(givenMs, this.#startedMs);
    const free = all.find(
      ({ id, life }) =>
        id.miner === miner && life.proofType === proofType && isFree(life, since(life), clock.now()),
    );
    if (!free) return undefined;
    const earlier = [...free.life.earlier, ...(free.life.given ? [free.life.given.request] : [])];
    return { id: free.id, life: lives.keep(free.id, { given, earlier, givenMs: clock.now() }) };
  }

  #newSector(given: GivenTo | null, proofType: number): KeptLife {
    const { store, clock, miner } = this.options;
    const life = newLife(proofType, clock.now(), given);
    const { number } = store.nextSector(miner, JSON.stringify(life));
    return { id: { miner, number }, life };
  }
}

function askedAgain(
  all: readonly KeptLife[],
  { request }: GivenTo,
  isOfInteractive: boolean,
): KeptLife | undefined {
  return all.find(
    ({ life }) =>
      life.given?.request === request &&
      life.abortReason === null &&
      !life.finalized &&
      isInteractive(life) === isOfInteractive,
  );
}

function answerOf({ id, life }: KeptLife): Allocated {
  const allocated = { ID: { Miner: id.miner, Number: id.number }, ProofType: life.proofType };
  return life.given ? { ...allocated, Request: life.given.request } : allocated;
}
