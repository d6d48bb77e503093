import type { CheckedSpec, Settings } from './checked-spec.js';
import { clearTimer, type DeadlineOptions, endInTurn, endTogether, nowOf } from './deadline.js';
import { readExit } from './exit.js';
import { killChild } from './kill-child.js';
import { killAll } from './leaving.js';
import { Leftovers } from './leftovers.js';
import { hasEnded, isOpen, type Life, type LifeEvent, nextLife } from './life.js';
import { Listeners } from './listeners.js';
import { SupervisorError } from './refusal.js';
import { RestartWindow } from './restart-window.js';
import { Roster } from './roster.js';
import { isAlive, type Slot } from './slot.js';
import type { Child, Clock, Exit, SupervisorEvent } from './spec.js';
import { callStart, StartAttempt, type Started } from './start-attempt.js';
import { VerbQueue } from './verb-queue.js';

const none: readonly unknown[] = [];

/** Called when a child has ended without being asked to. */
type AfterExit = (supervision: Supervision, slot: Slot, exit: Exit) => void;

/** The stateful part of a supervisor, with timers and promises: it starts and stops children, and ends itself. */
export class Supervision {
  settings: Settings;
  readonly clock: Clock;
  readonly roster: Roster;
  readonly verbs = new VerbQueue();
  readonly window = new RestartWindow();
  readonly listeners = new Listeners();
  readonly #exit = Promise.withResolvers<Exit>();
  readonly exited = this.#exit.promise;
  readonly #afterExit: AfterExit;
  readonly #flights = new Map<StartAttempt, Slot>();
  /** Exits that are handled when the start in progress has settled. */
  undecided: (() => void | Promise<void>)[] | undefined;
  readonly #leftovers = new Leftovers();
  readonly #underDeadline: DeadlineOptions;
  #life: Life = 'starting';
  #fault: unknown;
  #births = 0;

  constructor({ settings, children, clock }: CheckedSpec, afterExit: AfterExit) {
    this.settings = settings;
    this.clock = clock;
    this.roster = new Roster(settings.strategy === 'simple_one_for_one' ? children[0] : undefined);
    this.#afterExit = afterExit;
    this.#underDeadline = { clock, fault: (error) => this.fault(error) };
  }

  get isStarting(): boolean {
    return this.#life === 'starting';
  }

  /** False from the moment the supervisor starts to end. */
  get isOpen(): boolean {
    return isOpen(this.#life);
  }

  /** The outcome of a significant child's start that is in progress, from a restart or from a verb. */
  get significantStart(): Promise<Started> | undefined {
    for (const [attempt, slot] of this.#flights) if (slot.spec.significant) return attempt.outcome;
    return undefined;
  }

  /** The fault of the supervisor itself, or the reason why it did not start. */
  get reason(): unknown {
    return this.#fault;
  }

  get hasEnded(): boolean {
    return hasEnded(this.#life);
  }

  /** Applies one event to the supervisor's own state; an event without effect in that state is ignored. */
  tell(event: LifeEvent): void {
    const before = this.#life;
    const next = nextLife(before, event);
    if (next === undefined) return;
    this.#life = next;
    if (isOpen(next)) return;
    if (isOpen(before)) this.#giveUpPlans();
    if (next === 'killing') killAll(this.roster.inOrder().reverse());
    if (isOpen(before)) void this.#windDown();
    if (hasEnded(next)) this.#finish(next);
  }

  /** A fault of the supervisor itself: it ends, and its exit carries the reason. */
  fault(error: unknown): void {
    this.#fault ??= error;
    this.tell(this.isStarting ? 'start.failed' : 'supervisor.faulted');
  }

  emit(kind: SupervisorEvent['kind'], slot?: Slot, exit?: Exit): void {
    if (this.listeners.isEmpty) return;
    try {
      const at = this.clock.now();
      const id = slot !== undefined && this.roster.template === undefined ? { id: slot.spec.id } : undefined;
      const incarnation = slot && { incarnation: slot.incarnation };
      this.listeners.tell({ kind, ...id, ...incarnation, ...(exit && { exit }), at });
    } catch (error) {
      this.fault(error);
    }
  }

  /** Starts the slot's child; the outcome says whether it is up. Plans made meanwhile do not wait for it. */
  async bringUp(slot: Slot): Promise<Started> {
    if (!this.isOpen) return { kind: 'abandoned' };
    const { spec, args } = slot;
    return this.#awaitStart(
      slot,
      new StartAttempt(() => callStart(spec, args ?? none), this.#leftovers.of(spec.id)),
    );
  }

  /** The first start of a slot. A child that `start` returns at once is up at once: there may be very many. */
  bringUpFirst(slot: Slot): Started | Promise<Started> {
    if (!this.isOpen) return { kind: 'abandoned' };
    const begun = callStart(slot.spec, slot.args ?? none);
    if (!(begun instanceof Promise)) return this.#started(slot, begun);
    return this.#awaitStart(slot, new StartAttempt(() => begun));
  }

  /** Cancels what is planned for this slot: a delayed restart, or a start in progress. */
  giveUp(slot: Slot): void {
    slot.plan++;
    clearTimer(slot.timer, this.#underDeadline);
    slot.timer = undefined;
    if (slot.status === 'restarting') slot.status = 'down';
    if (slot.flight === undefined) return;
    const { id } = slot.spec;
    const leftover = slot.flight.abandon();
    slot.flight = undefined;
    if (this.roster.template === undefined) this.#leftovers.keep(id, leftover);
  }

  /** Runs `next` after a delay, unless another plan is made for the slot first. */
  wait(slot: Slot, ms: number, next: () => void): void {
    const handle = this.clock.setTimeout(() => {
      slot.timer = undefined;
      this.guard(next);
    }, ms);
    slot.timer = { handle };
  }

  /** Stops the slot's child as its spec says; resolves when it is gone. */
  terminate(slot: Slot): Promise<void> {
    if (slot.leaving) return slot.leaving.gone;
    return endTogether([slot], slot.spec.shutdown, this.#underDeadline);
  }

  /** Queues work of the supervisor itself after the pending verbs. */
  post(task: () => void | Promise<void>): void {
    this.verbs.run(task).catch((error: unknown) => {
      if (this.isOpen) this.fault(error);
    });
  }

  guard(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.fault(error);
    }
  }

  /** The error of every verb when the supervisor has ended or is ending. */
  readonly noproc = (): SupervisorError =>
    new SupervisorError('noproc', `the supervisor is ${this.hasEnded ? 'dead' : 'ending'}: start a new one`);

  async #awaitStart(slot: Slot, attempt: StartAttempt): Promise<Started> {
    slot.flight = attempt;
    this.#flights.set(attempt, slot);
    const started = await attempt.outcome;
    this.#flights.delete(attempt);
    if (slot.flight === attempt) slot.flight = undefined;
    if (started.kind === 'up' && attempt.isAbandoned) return { kind: 'abandoned' };
    return this.#started(slot, started);
  }

  /** Takes over a child that came up, unless the supervisor is ending: `start` or a fault of the clock may have caused that. */
  #started(slot: Slot, started: Started): Started {
    if (started.kind !== 'up') return started;
    const { child } = started;
    const startedAt = this.settings.backoff === 'none' ? 0 : nowOf(this.#underDeadline);
    if (!this.isOpen) {
      killChild(child);
      return { kind: 'abandoned' };
    }
    const present = this.roster.find(child);
    if (present && isAlive(present)) {
      const message = 'start gave a child that already runs here: give a new one each time';
      return { kind: 'failed', error: new SupervisorError('bad_return', message, child) };
    }
    this.#takeOver(slot, child, startedAt);
    return started;
  }

  #takeOver(slot: Slot, child: Child, startedAt: number): void {
    const incarnation = this.roster.template === undefined ? slot.incarnation + 1 : ++this.#births;
    slot.child = child;
    slot.incarnation = incarnation;
    slot.status = 'up';
    slot.startedAt = startedAt;
    this.roster.place(slot, child);
    child.exited.then(
      (said) => this.#noteExit(slot, incarnation, readExit(said)),
      (error: unknown) => this.#noteExit(slot, incarnation, { kind: 'crash', error }),
    );
    this.emit('child.started', slot);
  }

  #noteExit(slot: Slot, incarnation: number, exit: Exit): void {
    if (slot.incarnation !== incarnation || !isAlive(slot)) return;
    const wasAsked = slot.status === 'stopping';
    slot.status = 'down';
    this.emit('child.exited', slot, exit);
    const { leaving } = slot;
    slot.leaving = undefined;
    leaving?.tell();
    if (!wasAsked && this.isOpen) this.guard(() => this.#afterExit(this, slot, exit));
  }

  #giveUpPlans(): void {
    this.verbs.close(this.noproc);
    for (const slot of this.roster.inOrder()) this.giveUp(slot);
    for (const attempt of this.#flights.keys()) void attempt.abandon();
  }

  async #windDown(): Promise<void> {
    const slots = this.roster.inOrder().reverse();
    const { template } = this.roster;
    if (template === undefined) await endInTurn(slots, this.#underDeadline);
    else await endTogether(slots, template.shutdown, this.#underDeadline);
    this.tell('children.exited');
  }

  #finish(life: Life): void {
    const exit: Exit =
      life === 'crashed'
        ? { kind: 'crash', error: this.reason }
        : { kind: life === 'killed' ? 'killed' : 'shutdown' };
    this.emit('supervisor.exited', undefined, exit);
    this.#exit.resolve(exit);
  }
}
