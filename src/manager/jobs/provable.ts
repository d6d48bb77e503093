/** Which sectors a window proof can include, and what a worker needs of each. */
import { SealvisorError } from '../../protocol/errors.js';
import type { WdPostSector } from '../../protocol/jobs.js';
import { proofTypeOfNumber, type SectorId } from '../../protocol/sector.js';
import { commitmentsOf, storeOf } from '../sectors/facts.js';
import type { SectorLife } from '../sectors/life.js';
import { type JobDesk, notPossible } from './desk.js';

export interface ProvableOptions {
  readonly miner: number;
  readonly proofType: number;
}

export class ProvableSectors {
  readonly #miner: number;
  /** Sectors of the same size are proven together, however they were sealed. */
  readonly #size: number;

  constructor(
    private readonly desk: JobDesk,
    { miner, proofType }: ProvableOptions,
  ) {
    this.#miner = miner;
    this.#size = proofTypeOfNumber(proofType).size;
  }

  /** The numbers of all that can be proven. @throws state_not_possible if there is none */
  all(): readonly number[] {
    const miner = this.#miner;
    const all = this.desk.lives
      .all()
      .filter(
        ({ id, life }) => id.miner === miner && life.finalized && !life.lost && life.persistedIn !== null,
      )
      .filter(({ life }) => commitmentsOf(life) !== null && this.#isOfSize(life));
    if (all.length > 0) return all.map(({ id }) => id.number);
    throw new SealvisorError(
      'state_not_possible',
      `miner ${miner} has no finished sector: there is nothing to prove`,
    );
  }

  /** Their numbers, in order. @throws sector_not_found, state_not_possible, usage */
  named(ids: readonly SectorId[]): readonly number[] {
    if (ids.length === 0)
      throw new SealvisorError('usage', '--sectors names none: write s-t010000-2,s-t010000-3');
    for (const id of ids) this.#check(id);
    return [...new Set(ids.map(({ number }) => number))].toSorted((one, other) => one - other);
  }

  replica(number: number): WdPostSector {
    const life = this.desk.lives.of({ miner: this.#miner, number });
    const instance = storeOf(life) ?? '';
    return {
      SectorId: number,
      CommR: commitmentsOf(life)?.CommR ?? [],
      Upgrade: life.upgraded !== null,
      Accesses: { SealedFile: instance, CacheDir: instance },
    };
  }

  /** @throws sector_not_found, state_not_possible */
  #check(id: SectorId): void {
    const life = this.desk.finishedLife(id);
    if (!commitmentsOf(life)) throw notPossible(id, 'cannot be proven: its CommR was never reported here');
    if (!this.#isOfSize(life)) throw notPossible(id, 'has another size than the others');
  }

  #isOfSize({ proofType }: SectorLife): boolean {
    return proofTypeOfNumber(proofType).size === this.#size;
  }
}
