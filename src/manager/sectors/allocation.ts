/** Allocates sectors: a new number, the one of the same request, or one whose worker never reported it. */
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
  /** The proof type of new sectors. */
  readonly proofTypeOf: (isInteractive: boolean) => number;
  /** The most sectors that are held at once, as `isHeld` counts them; an aborted sector is not held. */
  readonly limit: number;
  /**
   * Whether one more interactive sector is wanted in addition to the `open` ones. Not called for non-interactive
   * sectors, which hold no deals.
   */
  readonly isWanted: (all: readonly KeptLife[], open: number) => boolean;
  readonly emit: Emit;
}

export class SectorAllocation {
  /** Silence is counted from here at the earliest: before the start no report could be received. */
  readonly #startedMs: number;

  constructor(private readonly options: AllocationOptions) {
    this.#startedMs = options.clock.now();
  }

  /** `given` null: the worker sends no request id, and its sector is never given to another. */
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
    // A thread that has changed its plan may still use its open request: the kind must match too.
    const again = given && askedAgain(all, given, isOfInteractive);
    if (again) return answerOf(again);
    const held = all.filter(({ life }) => isHeld(life, clock.now()));
    if (held.length >= limit) return null;
    const open = held.filter(({ life }) => isInteractive(life) && life.deals === null).length;
    if (isOfInteractive && !isWanted(all, open)) return null;
    return answerOf((given && this.#givenAnew(all, given, proofType)) ?? this.#newSector(given, proofType));
  }

  /** Why `allocate` returned null. */
  whyNone(wanted: Wanted, isOfInteractive = true): string {
    const { lives, clock, miner, limit } = this.options;
    const proofType = this.options.proofTypeOf(isOfInteractive);
    const held = lives.all().filter(({ life }) => isHeld(life, clock.now()));
    return whyNoSector(wanted, { miner, proofType, isFull: held.length >= limit, limit });
  }

  /** From now on, only numbers above these are allocated. */
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
