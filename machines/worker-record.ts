/** The durable record of a worker, and how commands change it. Pure: values in, values out. */
import type { ErrorLevel } from '../src/protocol/level.js';
import type { Wish } from '../src/protocol/worker.js';

/** The request of a drain, with the id that marks its pauses. A drain of 0.1.0 has no id. */
export interface DrainWish extends Wish {
  readonly pauseId?: string;
}

export interface Drain extends DrainWish {
  /** Waits for the end of each thread's sector, instead of the end of its stage. */
  readonly toFinish: boolean;
  /** Threads that still work at this time are paused at once; ms since the epoch, null = no deadline. */
  readonly deadlineMs: number | null;
  /** The time from the drain to its deadline, ms: never longer, even if the wall clock was changed. */
  readonly withinMs?: number;
  /** The drains that this one replaced: it also resumes the threads that they paused. */
  readonly earlier?: readonly DrainWish[];
}

/** A limit set by hand, in effect until the value in the file changes. */
export interface LimitByHand {
  readonly limit: number | null;
  readonly configured: number | null;
  /** Absent in records of 0.1.0. */
  readonly set?: Wish;
}

/** What is kept of an open breaker across restarts. */
export interface BreakerRecord {
  /** The level of the latest failure, like the message. */
  readonly level: ErrorLevel;
  readonly message: string;
  /** RFC 3339, like `nextProbeAt`. */
  readonly since: string;
  /** The threads whose failures opened it. */
  readonly failed: readonly number[];
  readonly nextProbeAt: string;
}

export interface WorkerRecord {
  readonly version: 1;
  readonly cordon: Wish | null;
  readonly drain: Drain | null;
  readonly limits: Readonly<Record<string, LimitByHand>>;
  readonly breakers: Readonly<Record<string, BreakerRecord>>;
  /** The id of the worker's manager; absent until a manager has sent its id. */
  readonly manager?: string;
  /** The first manager: a current sector that does not name its manager belongs to this one. */
  readonly firstManager?: string;
  /** By miner, the highest sector number that this worker was ever given. */
  readonly used?: Readonly<Record<string, number>>;
}

export const emptyWorkerRecord: WorkerRecord = {
  version: 1,
  cordon: null,
  drain: null,
  limits: {},
  breakers: {},
};

interface By {
  readonly by: string;
  readonly reason: string | null;
}

export type WorkerCommand =
  | (By & { readonly type: 'WORKER.CORDON' })
  | (By & { readonly type: 'WORKER.UNCORDON' })
  | (By & {
      readonly type: 'WORKER.DRAIN';
      readonly toFinish: boolean;
      readonly deadlineMs: number | null;
      readonly withinMs?: number;
      readonly pauseId?: string;
    })
  | (By & { readonly type: 'WORKER.LIMIT'; readonly name: string } & LimitByHand)
  | (By & { readonly type: 'WORKER.MANAGER'; readonly manager: string })
  | { readonly type: 'WORKER.USED'; readonly miner: number; readonly number: number }
  /** The limits of the file, when the worker starts to use that file. */
  | { readonly type: 'WORKER.CONFIGURED'; readonly limits: Readonly<Record<string, number>> }
  | {
      readonly type: 'WORKER.BREAKER';
      readonly stage: string;
      /** null closes it. */
      readonly breaker: BreakerRecord | null;
    };

/** The record after the command; the same object when nothing changes. */
export function obeyed(record: WorkerRecord, command: WorkerCommand, at: string): WorkerRecord {
  switch (command.type) {
    case 'WORKER.CORDON': {
      if (record.cordon !== null || record.drain !== null) return record;
      return { ...record, cordon: { by: command.by, reason: command.reason, at } };
    }
    case 'WORKER.UNCORDON':
      if (record.cordon === null && record.drain === null) return record;
      return { ...record, cordon: null, drain: null };
    case 'WORKER.DRAIN': {
      const { by, reason, toFinish, deadlineMs, withinMs, pauseId } = command;
      const before = record.drain;
      if (before && before.toFinish === toFinish && before.deadlineMs === deadlineMs) return record;
      const earlier = before
        ? { earlier: [...otherThan(before.earlier ?? [], before), before].map(wish) }
        : {};
      const within = {
        ...(withinMs === undefined ? {} : { withinMs }),
        ...(pauseId === undefined ? {} : { pauseId }),
      };
      return { ...record, drain: { by, reason, at, toFinish, deadlineMs, ...within, ...earlier } };
    }
    case 'WORKER.LIMIT': {
      const { name, limit, configured, by, reason } = command;
      const { [name]: before, ...others } = record.limits;
      // A limit that was set by hand before the file changed is no longer in effect.
      const inForce = before?.configured === configured ? before.limit : configured;
      if (inForce === limit) return record;
      // Equal to the value in the file: no longer set by hand.
      return {
        ...record,
        limits:
          limit === configured
            ? others
            : { ...others, [name]: { limit, configured, set: { by, reason, at } } },
      };
    }
    case 'WORKER.CONFIGURED': {
      const limits = Object.entries(record.limits).filter(([name, set]) => isOf(command.limits, name, set));
      if (limits.length === Object.keys(record.limits).length) return record;
      return { ...record, limits: Object.fromEntries(limits) };
    }
    case 'WORKER.MANAGER': {
      const { manager } = command;
      if (record.manager === manager) return record;
      return { ...record, manager, firstManager: record.firstManager ?? manager };
    }
    case 'WORKER.USED': {
      const { miner, number } = command;
      if (number <= (record.used?.[miner] ?? 0)) return record;
      return { ...record, used: { ...record.used, [miner]: number } };
    }
    case 'WORKER.BREAKER': {
      const { [command.stage]: before, ...others } = record.breakers;
      if (command.breaker === null) return before === undefined ? record : { ...record, breakers: others };
      return { ...record, breakers: { ...others, [command.stage]: command.breaker } };
    }
  }
}

const wish = ({ by, reason, at, pauseId }: DrainWish): DrainWish => ({
  by,
  reason,
  at,
  ...(pauseId === undefined ? {} : { pauseId }),
});
const otherThan = (wishes: readonly DrainWish[], { by, reason, pauseId }: DrainWish) =>
  wishes.filter((each) => each.by !== by || each.reason !== reason || each.pauseId !== pauseId);

/** Whether the file still has the value that it had when this limit was set. */
function isOf(configured: Readonly<Record<string, number>>, name: string, set: LimitByHand): boolean {
  return set.configured === (configured[name] ?? null);
}

/** The limits in effect: those of the file, overridden by limits set by hand since the file's value last changed. */
export function limitsInForce(
  record: WorkerRecord,
  configured: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const byHand = Object.entries(record.limits).filter(([name, set]) => isOf(configured, name, set));
  const limits = { ...configured, ...Object.fromEntries(byHand.map(([name, set]) => [name, set.limit])) };
  return Object.fromEntries(
    Object.entries(limits).filter((each): each is [string, number] => each[1] !== null),
  );
}
