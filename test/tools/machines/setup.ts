import {
  createActor,
  fromPromise,
  type PromiseActorLogic,
  SimulatedClock,
  setup as xstateSetup,
} from 'xstate';
import { type Plan, planState, possibleStates, sealer, sealingThread, wdpost } from '#machines/index.js';
import type { StageFailure, StageOutcome } from '#machines/record-changes.js';
import { emptyRecord, inHand, type ThreadRecord } from '#machines/thread-record.js';
import type { PlaceAnswer, PlaceInput, StageInput, ThreadSettings } from '#machines/thread-words.js';
import { longTimers } from '#src/actors/system-clock.js';
import type { Row } from '#src/protocol/thread.js';

export const startMs = Date.parse('2026-11-22T10:00:00.000Z');
export const at = (ms: number) => new Date(startMs + ms).toISOString();

export const settings: ThreadSettings = {
  maxRetries: 2,
  recoverIntervalMs: 60_000,
  sealIntervalMs: 30_000,
  retry: {},
};
export const sector = { miner: 10000, number: 2, id: 's-t010000-2', proofType: 5, size: 2048 };

/** What a thread has in hand is a sector, but for one plan. */
export const holdsSector = (plan: Plan) => plan !== wdpost;

/** What a stage gives under a key; a job has the manager's name. */
export const outputOf = (key: string, when: string, job = sector.id): unknown =>
  key === 'job' ? { Id: job } : `${key} of ${when}`;

/** A sound record of a sector in `state`: what the plan says it needs is there. */
export function recordAt(
  state: string,
  facts: Partial<ThreadRecord> = {},
  plan: Plan = sealer,
): ThreadRecord {
  const needs = planState(plan, state)?.needs.outputs ?? [];
  return {
    ...emptyRecord(plan.name, at(-1000)),
    state,
    sector: state === 'Empty' || !holdsSector(plan) ? null : sector,
    outputs: Object.fromEntries([
      ...(state === 'Empty' || holdsSector(plan) ? [] : [['job', outputOf('job', 'before')]]),
      ...needs.map((key) => [key, outputOf(key, 'before')]),
    ]),
    ...facts,
  };
}

export const operatorsPause: NonNullable<ThreadRecord['intent']> = {
  kind: 'pause',
  how: 'after-stage',
  by: 'alice',
  reason: 'swap disk',
  at: at(-500),
};

export interface StageRun {
  readonly record: ThreadRecord;
  readonly signal: AbortSignal;
  /** Commits that were made when the stage started. */
  readonly commitsBefore: number;
  isSettled: boolean;
  resolve(outcome: StageOutcome): void;
  reject(failure: StageFailure): void;
}

/** A clock that counts as Node's timers do: what does not fit 31 bits ends at once. */
export class NodeLikeClock extends SimulatedClock {
  override setTimeout(callback: (...args: unknown[]) => void, ms: number): number {
    return super.setTimeout(callback, ms > 2 ** 31 - 1 ? 1 : ms);
  }
}

/** The clock with the timers that a sealing thread is given. */
export function withLongTimers(clock: SimulatedClock): SimulatedClock {
  const node = {
    now: () => clock.now(),
    setTimeout: clock.setTimeout.bind(clock),
    clearTimeout: (handle: unknown) => clock.clearTimeout(handle as number),
  };
  return Object.assign(clock, longTimers(node)) as unknown as SimulatedClock;
}

/** All promises that are due have run. */
export const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A place that was asked for, or waited for. */
export interface PlaceRun {
  /** undefined: it is waited for. */
  readonly asked: PlaceInput | undefined;
  readonly signal: AbortSignal;
  answer(answer: PlaceAnswer): Promise<void>;
  fail(failure: StageFailure): Promise<void>;
}

/** What the machine of one thread does to the outside. */
interface Outside {
  commit(record: ThreadRecord, row: Row | null): void;
  leaveLine(): void;
  place(asked: PlaceInput | undefined, signal: AbortSignal): Promise<PlaceAnswer>;
  stage(record: ThreadRecord, signal: AbortSignal): Promise<StageOutcome>;
}

/** A machine is built once, as that takes long; each thread has its own outside. */
const outsides = new WeakMap<object, Outside>();

function outsideOf(system: object): Outside {
  const found = outsides.get(system);
  if (!found) throw new Error('the thread has no outside');
  return found;
}

/** A place that is granted as it is asked for. It is all that the machine asks of such an actor. */
const grantedAtOnce = xstateSetup({}).createMachine({
  initial: 'granted',
  states: { granted: { type: 'final' } },
  output: { granted: true, isProbe: false },
}) as unknown as PromiseActorLogic<PlaceAnswer, PlaceInput>;

const built = new Map<Plan, ReturnType<typeof build>>();
const machinesOf = (plan: Plan) => {
  const known = built.get(plan) ?? build(plan);
  built.set(plan, known);
  return known;
};

function build(plan: Plan) {
  const withLines = sealingThread(plan).provide({
    actions: {
      commit: ({ context, system }) => outsideOf(system).commit(context.record, context.row),
      leaveLine: ({ system }) => outsideOf(system).leaveLine(),
    },
    actors: {
      askPlace: fromPromise<PlaceAnswer, PlaceInput>(({ input, signal, system }) =>
        outsideOf(system).place(input, signal),
      ),
      awaitPlace: fromPromise<PlaceAnswer>(({ signal, system }) =>
        outsideOf(system).place(undefined, signal),
      ),
      stage: fromPromise<StageOutcome, StageInput>(({ input, signal, system }) =>
        outsideOf(system).stage(input.record, signal),
      ),
    },
  });
  return { withLines, withoutLines: withLines.provide({ actors: { askPlace: grantedAtOnce } }) };
}

interface Start {
  /** @default sealer */
  readonly plan?: Plan;
  readonly record?: ThreadRecord;
  readonly settings?: Partial<ThreadSettings>;
  readonly clock?: SimulatedClock;
  /** Which of the sector's files are there. @default all */
  readonly hasFile?: (name: string) => boolean;
  /** Places are granted by the test. @default as they are asked for */
  readonly hasLines?: boolean;
  readonly random?: number;
  /** How far the wall clock was set, ms. @default 0 */
  readonly wallStepMs?: () => number;
}

/** One sealing thread's machine on a clock that stands, with stages that end when the test says so. */
export function thread(start: Start = {}) {
  const { plan = sealer, hasFile = () => true } = start;
  const { record = recordAt('Empty', {}, plan) } = start;
  const { withLines, withoutLines } = machinesOf(plan);
  const clock = start.clock ?? new SimulatedClock();
  const commits: { readonly record: ThreadRecord; readonly row: Row | null }[] = [];
  const runs: StageRun[] = [];
  const places: PlaceRun[] = [];
  const left: number[] = [];
  const outside: Outside = {
    commit: (written, row) => void commits.push({ record: written, row }),
    leaveLine: () => void left.push(places.length),
    place: (asked, signal) =>
      new Promise((resolve, reject) => {
        const answer = async (given: PlaceAnswer) => {
          resolve(given);
          await turn();
        };
        const fail = async (failure: StageFailure) => {
          reject(failure);
          await turn();
        };
        places.push({ asked, signal, answer, fail });
      }),
    stage: (present, signal) =>
      new Promise((resolve, reject) => {
        const run: StageRun = {
          record: present,
          signal,
          commitsBefore: commits.length,
          isSettled: false,
          resolve: (outcome) => {
            run.isSettled = true;
            resolve(outcome);
          },
          reject: (failure) => {
            run.isSettled = true;
            reject(failure);
          },
        };
        runs.push(run);
      }),
  };
  const actor = createActor(start.hasLines ? withLines : withoutLines, {
    clock,
    input: {
      record,
      settings: () => ({ ...settings, ...start.settings }),
      now: () => startMs + clock.now() + (start.wallStepMs?.() ?? 0),
      steady: () => clock.now(),
      random: () => start.random ?? 0.5,
      possible: (present) =>
        inHand(present) === null
          ? []
          : possibleStates(plan, { outputs: Object.keys(present.outputs), hasFile }),
    },
  });
  outsides.set(actor.system, outside);
  actor.start();
  const live = () => runs.filter((run) => !run.isSettled && !run.signal.aborted);
  const lastRun = () => {
    const run = runs.at(-1);
    if (!run) throw new Error('no stage was started');
    return run;
  };
  return {
    actor,
    clock,
    commits,
    runs,
    places,
    /** How many places had been asked for each time the line was left. */
    left,
    live,
    lastRun,
    /** As `PC1Done.active.running`. */
    where: () => pathOf(actor.getSnapshot().value),
    record: () => actor.getSnapshot().context.record,
    lastRow: () => commits.at(-1)?.row ?? null,
    succeed: async (event: string, outcome: Omit<StageOutcome, 'event'> = {}) => {
      lastRun().resolve({ event, ...outcome });
      await turn();
    },
    fail: async (level: StageFailure['level'], message = 'it broke', isUnreachable = false) => {
      lastRun().reject({ level, message, ...(isUnreachable ? { isUnreachable } : {}) });
      await turn();
    },
    pause: (how: 'after-stage' | 'now' | 'freeze' = 'after-stage') =>
      actor.send({ type: 'THREAD.PAUSE', how, by: 'alice', reason: 'swap disk' }),
    resume: (state: string | null = null, reason: string | null = null, force = false) =>
      actor.send({ type: 'THREAD.RESUME', state, force, by: 'bob', reason }),
    lose: (id: string, reason: string, isFinalized = false) =>
      actor.send({ type: 'SECTOR.LOST', sector: id, reason, isFinalized }),
    stop: () => actor.send({ type: 'THREAD.STOP' }),
  };
}

function pathOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[key, inner] = ['', '']] = Object.entries(value as Record<string, unknown>);
  return `${key}.${pathOf(inner)}`;
}
