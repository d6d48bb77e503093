/**
 * Which manager this worker's sectors belong to. While it holds any, it works only with the manager that it got them from
 * (`KnownManager`), even if another one answers at the same address, until an operator adopts that one (`worker adopt`).
 */

import { inTurn } from '../actors/in-turn.js';
import type { ManagerLink } from '../fleet/sector-client.js';
import { SealvisorError } from '../protocol/errors.js';
import type { ManagerFacts } from '../protocol/worker.js';
import { type HeldNumbersOptions, heldNumbers } from './held-numbers.js';
import { KnownManager, type KnownManagerOptions, type Who } from './known-manager.js';

export interface WorkerLinkOptions
  extends HeldNumbersOptions,
    Pick<KnownManagerOptions, 'command' | 'onChange'> {
  readonly worker: string;
}

export interface WorkerLink extends ManagerLink {
  facts(): ManagerFacts;
  /** The attached stores have changed. */
  storesChanged(): void;
  /** Why the worker takes no job while another manager answers; null while none does. */
  standsAside(): string | null;
  /** Adopts the other manager that answers; false if none does. @throws revision_conflict if `manager` is not the one that answers */
  adopt(manager: string | undefined, who: Who): Promise<boolean>;
}

export function workerLink(options: WorkerLinkOptions): WorkerLink {
  const { worker, command, onChange } = options;
  const held = heldNumbers(options);
  const known = new KnownManager({ ...options, isNothingHeld: () => held.isNothing() });
  const oneAtATime = inTurn();
  return {
    worker,
    meant: (given) => {
      known.check(given);
      return known.meantBy(given);
    },
    check: (given) => known.check(given),
    // One at a time: of two concurrent answers the first is remembered before the second is compared.
    answered: (manager) => oneAtATime(() => known.answered(manager)),
    usedNumbers: () => held.usedNumbers(),
    used: async ({ miner, number }) => {
      await command({ type: 'WORKER.USED', miner, number }).catch(() => undefined);
    },
    storesChanged: () => void held.look(),
    facts: () => known.facts(),
    standsAside: () => known.whyAside(),
    adopt: async (manager, who) => {
      const id = known.other();
      if (manager !== undefined && manager !== (id ?? known.own()))
        throw new SealvisorError(
          'revision_conflict',
          `manager ${manager} does not answer now; ${id === null ? 'the manager of this worker does' : `${id} does`}`,
        );
      if (id === null) return false;
      await held.look();
      await known.remember(id, who);
      onChange();
      return true;
    },
  };
}
