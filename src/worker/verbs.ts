/** Commands for the worker itself: cordon, drain, stop, limits, breakers, adopt. */

import { randomUUID } from 'node:crypto';
import { limitsInForce, type WorkerCommand, type WorkerRecord } from '../../machines/worker-record.js';
import { doneOnce } from '../protocol/done-once.js';
import { SealvisorError } from '../protocol/errors.js';
import type { Emit } from '../protocol/events/table.js';
import type { ManagerFacts, WorkerView } from '../protocol/worker.js';
import type { Asked, DrainRequest, WorkerControl } from './control-words.js';
import type { WorkerLink } from './manager-link.js';

export type WorkerVerbs = Pick<
  WorkerControl,
  'cordon' | 'uncordon' | 'drain' | 'setLimit' | 'closeBreaker' | 'adopt' | 'stop'
>;

export interface WorkerVerbsOptions {
  command(command: WorkerCommand): Promise<boolean>;
  record(): WorkerRecord;
  view(): WorkerView;
  /** The file's limits. */
  configured(): Readonly<Record<string, number>>;
  /** Names that a limit can have. */
  readonly limitNames: readonly string[];
  /** Lets the threads that wait for it continue; false if the stage's breaker is not open. */
  closeBreaker(stage: string): boolean;
  adopt: WorkerLink['adopt'];
  manager(): ManagerFacts;
  /** Asks the code that runs the worker to stop it. */
  askStop(graceMs: number | undefined): void;
  /** Logs who sent a command that no record keeps. */
  readonly emit: Emit;
}

/** The outcome of a command. */
interface Done {
  readonly changed: boolean;
  readonly message: string;
}

export function workerVerbs(options: WorkerVerbsOptions): WorkerVerbs {
  const acts = { ...lifeActs(options), ...limitActs(options), ...managerActs(options) };
  const once = doneOnce();
  /** Runs a command once under its id, and answers with the current view. */
  const replied = async ({ id }: Asked, command: readonly unknown[], act: () => Promise<Done>) => {
    const done = await once(id, command, act);
    return { ...options.view(), ...done };
  };
  return {
    cordon: (request) => replied(request, ['cordon'], () => acts.cordon(request)),
    uncordon: (request) => replied(request, ['uncordon'], () => acts.uncordon(request)),
    drain: (request) => replied(request, ['drain'], () => acts.drain(request)),
    setLimit: (name, limit, request) =>
      replied(request, ['limit', name, limit], () => acts.setLimit(name, limit, request)),
    closeBreaker: (stage, request) =>
      replied(request, ['breaker', stage], () => acts.closeBreaker(stage, request)),
    adopt: (request) => replied(request, ['adopt', request.manager], () => acts.adopt(request)),
    stop: (request) => replied(request, ['stop'], () => acts.stop(request)),
  };
}

const told = (changed: boolean, message: string): Done => ({ changed, message });

const whose = ({ by, reason = null }: { by?: string | undefined; reason?: string | null | undefined }) => ({
  by: by ?? 'operator',
  reason,
});

/** Commands that decide whether the worker takes new sectors, and the stop. */
function lifeActs({ command, view, record, emit, askStop }: WorkerVerbsOptions) {
  return {
    cordon: async (request: Asked) => {
      const changed = await command({ type: 'WORKER.CORDON', ...whose(request) });
      if (changed) return told(true, 'the worker takes no new sectors; current ones are finished');
      const by = (record().cordon ?? record().drain)?.by;
      return told(false, `the worker takes no new sectors already: ${view().life} by ${by}`);
    },
    uncordon: async (request: Asked) => {
      const wasDraining = record().drain !== null;
      const changed = await command({ type: 'WORKER.UNCORDON', ...whose(request) });
      if (!changed) return told(false, 'the worker is not cordoned: it takes new sectors');
      return told(
        true,
        wasDraining
          ? 'the drain is lifted: threads that it paused resume'
          : 'the worker takes new sectors again',
      );
    },
    drain: async ({ toFinish = false, deadlineMs, ...request }: DrainRequest) => {
      const until = deadlineMs === undefined ? null : Date.now() + deadlineMs;
      const changed = await command({
        type: 'WORKER.DRAIN',
        toFinish,
        deadlineMs: until,
        ...(deadlineMs === undefined ? {} : { withinMs: deadlineMs }),
        pauseId: randomUUID(),
        ...whose(request),
      });
      const present = view();
      const { done: stopped = 0, of = 0, holding = [] } = present.drain ?? {};
      const done = stopped - holding.length;
      const where = toFinish ? 'have no sector any more' : 'are at a safe point';
      const progress = `${done} of ${of} threads ${where}${lostBy(present)}`;
      return told(
        changed,
        changed ? `the worker drains: ${progress}` : `the worker drains already: ${progress}`,
      );
    },
    stop: async ({ graceMs, ...request }: Parameters<WorkerVerbs['stop']>[0]) => {
      emit({ event: 'worker.stoppedBy', ...askedFields(whose(request)) });
      askStop(graceMs ?? undefined);
      return told(true, `the worker stops: running stages may end within its grace${lostBy(view())}`);
    },
  };
}

/** Limits and breakers. */
function limitActs({ command, record, emit, limitNames, configured, ...options }: WorkerVerbsOptions) {
  return {
    setLimit: async (name: string, limit: number | null, request: Asked) => {
      if (!limitNames.includes(name))
        throw new SealvisorError(
          'invalid_request',
          `no stage ${name} can be limited: known are ${limitNames.join(', ')}`,
        );
      if (limit !== null && !(Number.isInteger(limit) && limit >= 1))
        throw new SealvisorError(
          'invalid_request',
          `limit ${limit} of ${name}: a limit is at least 1; to stop a stage pause its threads, or cordon the worker`,
        );
      const own = configured()[name] ?? null;
      const before = limitsInForce(record(), configured())[name] ?? null;
      const text = (value: number | null) => (value === null ? 'no limit' : `a limit of ${value}`);
      if (before === limit) return told(false, `${name} has ${text(limit)} already`);
      await command({ type: 'WORKER.LIMIT', name, limit, configured: own, ...whose(request) });
      return told(true, `${name} has ${text(limit)} now, and after a restart; it was ${text(before)}`);
    },
    closeBreaker: async (stage: string, request: Asked) => {
      if (!options.closeBreaker(stage)) return told(false, `no breaker of ${stage} is open`);
      emit({ event: 'breaker.closedBy', stage, ...askedFields(whose(request)) });
      return told(true, `the breaker of ${stage} is closed: waiting threads continue`);
    },
  };
}

function managerActs({ manager, emit, ...options }: WorkerVerbsOptions) {
  return {
    adopt: async ({ manager: meant, ...request }: Parameters<WorkerVerbs['adopt']>[0]) => {
      const before = manager().id;
      const changed = await options.adopt(meant, whose(request));
      const { id } = manager();
      if (!changed)
        return told(
          false,
          id === null
            ? 'no manager has sent its id yet'
            : `the worker's manager is ${id}, and no other one answers`,
        );
      emit({
        event: 'manager.adopted',
        manager: id ?? '',
        before: before ?? '',
        ...askedFields(whose(request)),
      });
      return told(
        true,
        `the worker has adopted manager ${id}, in place of ${before}; its threads abort sectors of the other one of which nothing was submitted, and pause with those that may be on chain`,
      );
    },
  };
}

function askedFields({ by, reason }: { readonly by: string; readonly reason: string | null }) {
  return { by, why: reason ?? undefined };
}

/** The work that a stop would lose. */
function lostBy({ frozen = [] }: WorkerView): string {
  const each = frozen.map(({ index, name }) => `${name} of #${index}`);
  return each.length === 0 ? '' : `; frozen, and started over when the worker ends: ${each.join(', ')}`;
}
