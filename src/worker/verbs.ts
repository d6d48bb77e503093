/** Commands for the worker itself: cordon, drain, limits, breakers. */
import { randomUUID } from 'node:crypto';
import { limitsInForce, type WorkerCommand, type WorkerRecord } from '../../machines/worker-record.js';
import { SealvisorError } from '../protocol/errors.js';
import type { ManagerFacts, WorkerReply, WorkerView } from '../protocol/worker.js';
import type { WorkerControl } from './control-words.js';
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
  /** Lets the threads that wait continue; false when no such breaker is open. */
  closeBreaker(stage: string): boolean;
  adopt: WorkerLink['adopt'];
  manager(): ManagerFacts;
  /** Asks whoever runs the worker to end it. */
  askStop(graceMs: number | undefined): void;
  /** Logs what leaves no other trace of who asked for it. */
  info(line: string): void;
}

export function workerVerbs(options: WorkerVerbsOptions): WorkerVerbs {
  const { command, view, record } = options;
  const reply = (changed: boolean, message: string): WorkerReply => ({ ...view(), changed, message });
  const whose = ({ by, reason = null }: { by?: string | undefined; reason?: string | null | undefined }) => ({
    by: by ?? 'operator',
    reason,
  });
  return {
    cordon: async (request) => {
      const changed = await command({ type: 'WORKER.CORDON', ...whose(request) });
      if (changed) return reply(true, 'the worker takes no new sectors; current ones are finished');
      const by = (record().cordon ?? record().drain)?.by;
      return reply(false, `the worker takes no new sectors already: ${view().life} by ${by}`);
    },
    uncordon: async (request) => {
      const wasDraining = record().drain !== null;
      const changed = await command({ type: 'WORKER.UNCORDON', ...whose(request) });
      if (!changed) return reply(false, 'the worker is not cordoned: it takes new sectors');
      return reply(
        true,
        wasDraining
          ? 'the drain is lifted: threads that it paused resume'
          : 'the worker takes new sectors again',
      );
    },
    drain: async ({ toFinish = false, deadlineMs, ...request }) => {
      const until = deadlineMs === undefined ? null : Date.now() + deadlineMs;
      const changed = await command({
        type: 'WORKER.DRAIN',
        toFinish,
        deadlineMs: until,
        ...(deadlineMs === undefined ? {} : { withinMs: deadlineMs }),
        pauseId: randomUUID(),
        ...whose(request),
      });
      const { done: stopped = 0, of = 0, holding = [] } = view().drain ?? {};
      const done = stopped - holding.length;
      const where = toFinish ? 'have no sector any more' : 'are at a safe point';
      const progress = `${done} of ${of} threads ${where}${lostBy(view())}`;
      return reply(
        changed,
        changed ? `the worker drains: ${progress}` : `the worker drains already: ${progress}`,
      );
    },
    setLimit: async (name, limit, request) => {
      if (!options.limitNames.includes(name))
        throw new SealvisorError(
          'invalid_request',
          `no stage ${name} can be limited: known are ${options.limitNames.join(', ')}`,
        );
      if (limit !== null && !(Number.isInteger(limit) && limit >= 1))
        throw new SealvisorError(
          'invalid_request',
          `limit ${limit} of ${name}: a limit is at least 1; to stop a stage pause its threads, or cordon the worker`,
        );
      const configured = options.configured()[name] ?? null;
      const before = limitsInForce(record(), options.configured())[name] ?? null;
      const text = (value: number | null) => (value === null ? 'no limit' : `a limit of ${value}`);
      if (before === limit) return reply(false, `${name} has ${text(limit)} already`);
      await command({ type: 'WORKER.LIMIT', name, limit, configured, ...whose(request) });
      return reply(true, `${name} has ${text(limit)} now, and after a restart; it was ${text(before)}`);
    },
    closeBreaker: async (stage, request) => {
      if (!options.closeBreaker(stage)) return reply(false, `no breaker of ${stage} is open`);
      options.info(`the breaker of ${stage} is closed ${askedText(whose(request))}`);
      return reply(true, `the breaker of ${stage} is closed: waiting threads continue`);
    },
    adopt: async ({ manager, ...request }) => {
      const before = options.manager().id;
      const changed = await options.adopt(manager, whose(request));
      const { id } = options.manager();
      if (!changed)
        return reply(
          false,
          id === null
            ? 'no manager has sent its id yet'
            : `the worker's manager is ${id}, and no other one answers`,
        );
      options.info(
        `the worker has adopted manager ${id}, in place of ${before} ${askedText(whose(request))}`,
      );
      return reply(
        true,
        `the worker has adopted manager ${id}, in place of ${before}; its threads abort sectors of the other one of which nothing was submitted, and pause with those that may be on chain`,
      );
    },
    stop: async ({ graceMs, ...request }) => {
      options.info(`the worker is stopped ${askedText(whose(request))}`);
      options.askStop(graceMs ?? undefined);
      return reply(true, `the worker stops: running stages may end within its grace${lostBy(view())}`);
    },
  };
}

function askedText({ by, reason }: { readonly by: string; readonly reason: string | null }): string {
  return reason === null ? `by ${by}` : `by ${by}: ${reason}`;
}

/** What a stop would lose. */
function lostBy({ frozen = [] }: WorkerView): string {
  const each = frozen.map(({ index, name }) => `${name} of #${index}`);
  return each.length === 0 ? '' : `; frozen, and started over when the worker ends: ${each.join(', ')}`;
}
