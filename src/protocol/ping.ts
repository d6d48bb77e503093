/** A worker's heartbeat (`Venus.WorkerPing`), its answer, and how a manager lists it: one declaration for both sides. */
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

/** A current sector, as it was last reported to the manager. */
const heldParam = z
  .object({
    ID: sectorIdParam,
    State: shortened,
    Location: shortened,
    /** The request under which it was given out. */
    Request: orNull(shortened),
    /** The worker's name in the report: the name in the ping changes with the worker's address. */
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
    /** From here to `Held` ours: upstream's workers do not send these, and upstream's managers ignore them. */
    Id: orNull(identity(64)),
    Incarnation: orNull(identity(32)),
    Life: orNull(z.enum(workerLives)),
    /** The other manager that the worker's sectors belong to: it takes no job here until an operator has it adopt this one. */
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
    /** Null from a worker that repeats its sector reports instead. */
    held:
      Held?.map(({ ID: id, State: state, Location: location, Request: request, Instance: instance }) => ({
        ...{ id, state, location, request, instance },
      })) ?? null,
    summary: Summary,
  }));

/** A ping as our worker writes it: these two are always set. */
export type WorkerPing = z.input<typeof pingParam> &
  Required<Pick<z.input<typeof pingParam>, 'Version' | 'Life'>>;

const wireId = z.object({ Miner: count, Number: count });

/** What our manager answers to our worker; empty parts are left out. */
export interface PingAnswer {
  readonly Manager: string;
  /** Other living workers of the same name. */
  readonly Others?: readonly string[];
  /** Held sectors whose state must be reported again. */
  readonly ReportAgain?: readonly z.input<typeof wireId>[];
}

/** Each part is parsed separately: upstream's managers send none. */
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
