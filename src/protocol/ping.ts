/** A worker's report of itself (`Venus.WorkerPing`), its answer, and how a manager lists it: the one declaration for both sides. */
import * as z from 'zod';
import { askingParam, count, orNull, sectorIdParam, shortened } from './sealer-wire.js';
import type { Summary } from './thread.js';
import { workerLives } from './worker-life.js';

/** v0.2 sends neither Running nor Waiting. */
const orZero = count.nullish().transform((value) => value ?? 0);

const summaryWire = z
  .object({
    Threads: count,
    Empty: count,
    Paused: count,
    Running: orZero,
    Waiting: orZero,
    Errors: count,
  })
  .transform(
    ({ Threads, Empty, Paused, Running, Waiting, Errors }): Summary => ({
      threads: Threads,
      empty: Empty,
      paused: Paused,
      running: Running,
      waiting: Waiting,
      errors: Errors,
    }),
  );

export function wireSummary({ threads, empty, paused, running, waiting, errors }: Summary) {
  return {
    Threads: threads,
    Empty: empty,
    Paused: paused,
    Running: running,
    Waiting: waiting,
    Errors: errors,
  };
}

const identity = (most: number) =>
  z.string().regex(new RegExp(`^[\\w-]{1,${most}}$`), `a text of 1 to ${most} letters, digits, - and _`);

/** A current sector, as the manager was told of it last. */
const heldParam = z
  .object({
    ID: sectorIdParam,
    State: shortened,
    Location: shortened,
    /** The request that it was given under. */
    Request: orNull(shortened),
    /** The worker's name in its report: that of the ping changes with the worker's address. */
    Instance: orNull(shortened),
  })
  .readonly();
export type HeldSector = z.input<typeof heldParam>;

/** v0.2 sends no Version. */
export const pingParam = z
  .object({
    Name: z.string().min(1).max(128),
    Dest: z.string().min(1).max(300),
    Version: orNull(z.string().max(200)),
    /** Ours, down to `Held`; upstream's workers send none of these, and upstream's managers ignore them. */
    Id: orNull(identity(64)),
    Incarnation: orNull(identity(32)),
    Life: orNull(z.enum(workerLives)),
    /** The worker takes no job here until an operator says so: its sectors are of this other manager. */
    SectorsOf: orNull(identity(64)),
    UsedNumbers: askingParam.UsedNumbers,
    Held: orNull(z.array(heldParam).max(10_000).readonly()),
    Summary: summaryWire,
  })
  .transform(({ Name, Dest, Version, Id, Incarnation, Life, SectorsOf, Summary, UsedNumbers, Held }) => ({
    name: Name,
    dest: Dest,
    version: Version,
    worker: Id,
    incarnation: Incarnation,
    life: Life,
    sectorsOf: SectorsOf,
    usedNumbers: UsedNumbers ?? [],
    /** Null from a worker that reports its sectors again and again instead. */
    held:
      Held?.map(({ ID: id, State: state, Location: location, Request: request, Instance: instance }) => ({
        ...{ id, state, location, request, instance },
      })) ?? null,
    summary: Summary,
  }));

/** As it is written by a worker of ours, which always says these two. */
export type WorkerPing = z.input<typeof pingParam> &
  Required<Pick<z.input<typeof pingParam>, 'Version' | 'Life'>>;

const wireId = z.object({ Miner: count, Number: count });

/** What a manager of ours answers to a worker of ours; each part is left out where there is nothing to say. */
export interface PingAnswer {
  readonly Manager: string;
  /** Other living workers of the same name. */
  readonly Others?: readonly string[];
  /** Held sectors whose state it wants to be told again. */
  readonly ReportAgain?: readonly z.input<typeof wireId>[];
}

/** Each part is read for itself: upstream's managers answer none. */
export const pingAnswerParts = {
  others: z.object({ Others: z.array(z.string().max(300)).min(1) }),
  reportAgain: z.object({ ReportAgain: z.array(wireId) }),
} as const;

/** A ping as a manager lists it (`Venus.WorkerPingInfoList`); `LastPing` is in Unix seconds. */
export const pingInfo = z.object({
  Info: z.object({
    Name: z.string().min(1),
    Dest: z.string().min(1),
    Version: z.string().nullish(),
    Summary: summaryWire,
  }),
  LastPing: count,
});
export type PingInfo = z.input<typeof pingInfo>;
