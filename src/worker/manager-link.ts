/**
 * Whose sectors this worker has. It remembers the manager that it got them from, by the id that was made with that manager's home,
 * and has nothing to do with another one, at the same address or elsewhere, until an operator says so (`worker adopt`).
 */

import type { WorkerCommand } from '../../machines/worker-record.js';
import { inTurn } from '../actors/in-turn.js';
import type { ManagerLink } from '../fleet/sector-client.js';
import { timestamp } from '../protocol/clock.js';
import { errorCodes, SealvisorError } from '../protocol/errors.js';
import { faultFields } from '../protocol/events/event.js';
import type { GivenBy } from '../protocol/identity.js';
import type { ManagerFacts } from '../protocol/worker.js';
import { leftRefusal } from '../sealing/left-manager.js';
import { type HeldNumbersOptions, heldNumbers } from './held-numbers.js';

export interface WorkerLinkOptions extends HeldNumbersOptions {
  readonly worker: string;
  readonly command: (command: WorkerCommand) => Promise<boolean>;
  /** Another manager answers, or does no longer. */
  readonly onChange: () => void;
}

export interface WorkerLink extends ManagerLink {
  facts(): ManagerFacts;
  /** The attached stores are others now. */
  storesChanged(): void;
  /** Why the worker takes no job now; null while it does. */
  standsAside(): string | null;
  /** @throws revision_conflict when it is not the one that answers */
  adopt(
    manager: string | undefined,
    who: { readonly by: string; readonly reason: string | null },
  ): Promise<boolean>;
}

export function workerLink(options: WorkerLinkOptions): WorkerLink {
  const { worker, record, command, emit, onChange } = options;
  const held = heldNumbers(options);
  /** The manager that answered last; undefined = none yet, null = one that does not say. */
  let current: string | null | undefined;
  let since = '';
  /** Where the record cannot be written, for this run alone. */
  let unwritten: string | null = null;
  const oneAtATime = inTurn();

  const own = () => record().manager ?? unwritten;
  /** Who gave a record's sector that does not say so: the first that this worker ever knew. */
  const first = () => record().firstManager ?? own();
  const meantBy = (given: GivenBy | null | undefined) => {
    if (given === undefined) return own();
    return given === null ? first() : given.manager;
  };
  const other = () => {
    const mine = own();
    return mine !== null && typeof current === 'string' && current !== mine ? current : null;
  };

  const remember = async (manager: string, who: { readonly by: string; readonly reason: string | null }) => {
    unwritten = manager;
    await command({ type: 'WORKER.MANAGER', manager, ...who }).catch((error: unknown) =>
      emit({ event: 'manager.notKept', manager, ...faultFields(error) }),
    );
  };
  const changed = async (manager: string | null) => {
    const [mine, before, last] = [own(), other(), current];
    if (manager === last && before === null) return;
    current = manager;
    if (manager !== last) since = timestamp(Date.now());
    if (manager !== null && mine === null) await remember(manager, { by: 'worker', reason: null });
    else if (manager !== null && manager !== mine && (await held.isNothing())) {
      emit({ event: 'manager.changed', manager, before: mine ?? '' });
      await remember(manager, { by: 'worker', reason: 'nothing was held' });
    }
    const now = other();
    if (now !== null && now !== before) {
      const about = { manager: now, own: mine ?? '' };
      emit({ event: 'manager.otherAnswers', ...about, reason: otherText(now, about.own) });
    }
    if (now === null && before !== null && own() === mine)
      emit({ event: 'manager.ownReturned', manager: mine ?? '' });
    if (now !== before || manager !== last) onChange();
  };
  const refusal = (given: GivenBy | null | undefined) => {
    const meant = meantBy(given);
    if (meant === null || typeof current !== 'string' || current === meant) return undefined;
    if (meant === own()) return new SealvisorError('other_manager', otherText(current, meant));
    return leftRefusal({ gaveIt: meant, adopted: current }, errorCodes.not_your_sector.rpc);
  };
  const check = (given: GivenBy | null | undefined) => {
    const refused = refusal(given);
    if (refused) throw refused;
  };

  return {
    worker,
    meant: (given) => {
      check(given);
      return meantBy(given);
    },
    check,
    // One after the other: of two that come in one moment the first is remembered before the second is compared.
    answered: (manager) => oneAtATime(() => changed(manager)),
    usedNumbers: () => held.usedNumbers(),
    used: async ({ miner, number }) => {
      await command({ type: 'WORKER.USED', miner, number }).catch(() => undefined);
    },
    storesChanged: () => void held.look(),
    facts: () => {
      const id = other();
      return { id: own(), other: id === null ? null : { id, since } };
    },
    standsAside: () => {
      const id = other();
      return id === null ? null : otherText(id, own() ?? '');
    },
    adopt: async (manager, who) => {
      const id = other();
      if (manager !== undefined && manager !== (id ?? own()))
        throw new SealvisorError(
          'revision_conflict',
          `manager ${manager} does not answer now; ${id === null ? 'the manager of this worker does' : `${id} does`}`,
        );
      if (id === null) return false;
      await held.look();
      await remember(id, who);
      onChange();
      return true;
    },
  };
}

function otherText(id: string, own: string): string {
  return `another manager answers: ${id}, and what this worker has is of ${own}; it takes no job and reports nothing until ${own} is back on its home, or \`venus-worker worker adopt\` takes ${id}`;
}
