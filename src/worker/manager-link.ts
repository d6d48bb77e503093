/**
 * Whose sectors this worker has. It remembers the manager that it got them from (`KnownManager`), and has nothing to do with
 * another one, at the same address or elsewhere, until an operator says so (`worker adopt`).
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
  /** The attached stores are others now. */
  storesChanged(): void;
  /** Why the worker takes no job now; null while it does. */
  standsAside(): string | null;
  /** @throws revision_conflict when it is not the one that answers */
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
    // One after the other: of two that come in one moment the first is remembered before the second is compared.
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
