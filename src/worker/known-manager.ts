/**
 * The manager that a worker got its sectors from, and the one that answers now. The worker identifies its manager by the id
 * that was created with the manager's home. It accepts another one only if it holds nothing, or if an operator adopts it.
 */
import type { WorkerCommand, WorkerRecord } from '../../machines/worker-record.js';
import { timestamp } from '../protocol/clock.js';
import { errorCodes, SealvisorError } from '../protocol/errors.js';
import { faultFields } from '../protocol/events/event.js';
import type { Emit } from '../protocol/events/table.js';
import type { GivenBy } from '../protocol/identity.js';
import type { ManagerFacts } from '../protocol/worker.js';
import { leftRefusal } from '../sealing/left-manager.js';

/** Who makes the worker accept another manager, and why. */
export interface Who {
  readonly by: string;
  readonly reason: string | null;
}

export interface KnownManagerOptions {
  readonly record: () => WorkerRecord;
  readonly command: (command: WorkerCommand) => Promise<boolean>;
  readonly emit: Emit;
  /** The manager that answers, or whether it is the worker's own, has changed. */
  readonly onChange: () => void;
  /** Whether the worker holds no sector of any manager. */
  readonly isNothingHeld: () => Promise<boolean>;
}

export class KnownManager {
  /** The manager that answered last; undefined = none yet, null = one that sends no id. */
  #current: string | null | undefined;
  #since = '';
  /** The same id for this run, in case the record cannot be written. */
  #unwritten: string | null = null;

  constructor(private readonly options: KnownManagerOptions) {}

  /** The id of this worker's manager; null = none known yet. */
  own(): string | null {
    return this.options.record().manager ?? this.#unwritten;
  }

  /** The id of another manager that answers now; null = none does. */
  other(): string | null {
    const [own, current] = [this.own(), this.#current];
    return own !== null && typeof current === 'string' && current !== own ? current : null;
  }

  meantBy(given: GivenBy | null | undefined): string | null {
    if (given === undefined) return this.own();
    // The record does not say who gave its sector: it was the first manager that this worker knew.
    return given === null ? (this.options.record().firstManager ?? this.own()) : given.manager;
  }

  /** @throws other_manager, not_your_sector if another manager answers than the one that gave the sector */
  check(given: GivenBy | null | undefined): void {
    const [meant, current] = [this.meantBy(given), this.#current];
    if (meant === null || typeof current !== 'string' || current === meant) return;
    if (meant === this.own()) throw new SealvisorError('other_manager', otherText(current, meant));
    throw leftRefusal({ gaveIt: meant, adopted: current }, errorCodes.not_your_sector.rpc);
  }

  /** A manager answered; null = it sends no id. Calls must not overlap. */
  async answered(manager: string | null): Promise<void> {
    const [own, before, last] = [this.own(), this.other(), this.#current];
    if (manager === last && before === null) return;
    this.#current = manager;
    if (manager !== last) this.#since = timestamp(Date.now());
    if (manager !== null && manager !== own) await this.#takeUp(manager, own);
    this.#tell(own, before);
    if (this.other() !== before || manager !== last) this.options.onChange();
  }

  async remember(manager: string, who: Who): Promise<void> {
    const { command, emit } = this.options;
    this.#unwritten = manager;
    await command({ type: 'WORKER.MANAGER', manager, ...who }).catch((error: unknown) =>
      emit({ event: 'manager.notKept', manager, ...faultFields(error) }),
    );
  }

  facts(): ManagerFacts {
    const id = this.other();
    return { id: this.own(), other: id === null ? null : { id, since: this.#since } };
  }

  /** Why the worker takes no job while another one answers; null while none does. */
  whyAside(): string | null {
    const id = this.other();
    return id === null ? null : otherText(id, this.own() ?? '');
  }

  /** Remembers the first manager that answers, or another one if nothing is held. */
  async #takeUp(manager: string, own: string | null): Promise<void> {
    if (own === null) {
      await this.remember(manager, { by: 'worker', reason: null });
      return;
    }
    if (!(await this.options.isNothingHeld())) return;
    this.options.emit({ event: 'manager.changed', manager, before: own });
    await this.remember(manager, { by: 'worker', reason: 'nothing was held' });
  }

  /** Logs the change. `own`, `before`: the worker's own manager and the other one, before the answer. */
  #tell(own: string | null, before: string | null): void {
    const { emit } = this.options;
    const now = this.other();
    if (now !== null && now !== before) {
      const about = { manager: now, own: own ?? '' };
      emit({ event: 'manager.otherAnswers', ...about, reason: otherText(now, about.own) });
    }
    if (now === null && before !== null && this.own() === own)
      emit({ event: 'manager.ownReturned', manager: own ?? '' });
  }
}

function otherText(id: string, own: string): string {
  return `another manager answers: ${id}, and what this worker has is of ${own}; it takes no job and reports nothing until ${own} is back on its home, or \`venus-worker worker adopt\` takes ${id}`;
}
