/** Where a worker's threads queue before they start: limits, staggered starts, breakers, cordon. Runs on the main thread. */
import { sectorPlace } from '../../../machines/index.js';
import { timestamp } from '../../protocol/clock.js';
import { SealvisorError } from '../../protocol/errors.js';
import type { WaitingFor } from '../../protocol/thread.js';
import type { BreakerView, LimitView } from '../../protocol/worker.js';
import type { DeskAnswer, Granted, Left } from '../border/contract.js';
import { Alarms } from './alarms.js';
import { type Breakers, deskBreakers } from './breakers.js';
import * as queue from './line.js';
import { Lines } from './lines.js';
import { type PolicyTables, tables } from './policy-tables.js';
import { breakerView, type DeskTime, type LineFacts, limitView, waitingForIn } from './view.js';
import { deskWaiters } from './waiters.js';
import type { Desk, DeskOptions, DeskPolicy } from './words.js';

export class WorkerDesk implements Desk {
  readonly #options: DeskOptions;
  readonly #time: DeskTime;
  readonly #lines = new Lines();
  /** Timers to check a queue again when the next start or probe is due. */
  readonly #alarms: Alarms;
  /** Calls that wait for a slot. */
  readonly #waiters = deskWaiters();
  readonly #breakers: Breakers;
  /** Stages whose breaker has changed since the last `onBreaker`. */
  readonly #unsaved = new Set<string>();
  #policy: PolicyTables;
  /** Why no thread may take a new sector; null while they may. */
  #heldReason: string | null = null;

  constructor(options: DeskOptions, policy: DeskPolicy) {
    const { clock, wall } = options;
    this.#options = options;
    this.#time = {
      now: () => clock.now(),
      text: (at) => timestamp(wall() + (at - clock.now())),
      untilMs: (text) => Date.parse(text) - wall(),
    };
    this.#alarms = new Alarms(clock);
    this.#breakers = deskBreakers(this.#time);
    this.#policy = tables(policy);
  }

  ask(index: number, id: number, name: string, isResumed: boolean): DeskAnswer {
    const home = this.#lines.homeOf(index);
    const join = () => {
      this.#waiters.refuse(
        index,
        `thread #${index} queues again: its place in the queue of ${home} was another request's`,
      );
      if (home !== undefined && home !== name) this.#lines.edit(home, (line) => queue.giveUp(line, index));
      // While a probe is running, the others wait for its outcome.
      const isUrged = isResumed && this.#breakers.open(name)?.probe === null;
      this.#lines.edit(name, (line) => queue.stand(line, { index, id, isUrged }));
    };
    this.#change(home === undefined || home === name ? [name] : [home, name], join, [index]);
    const holder = queue.holderOf(this.#lines.of(name), index, id);
    return holder ? { granted: true, isProbe: holder.isProbe } : { granted: false };
  }

  async granted(index: number, id: number): Promise<Granted> {
    for (const name of this.#lines.namesOf(index)) {
      const line = this.#lines.of(name);
      const holder = queue.holderOf(line, index, id);
      if (holder) return { isProbe: holder.isProbe };
      if (queue.placeOf(line, index)?.id === id) return this.#waiters.wait(index);
    }
    const why = `thread #${index} has no place under ${id}: it left the queue, and must queue again`;
    throw new SealvisorError('thread_gone', why);
  }

  leave(index: number, id: number, how: Left): void {
    for (const name of this.#lines.namesOf(index)) {
      const line = this.#lines.of(name);
      const isHolder = queue.holderOf(line, index, id) !== undefined;
      if (!isHolder && queue.placeOf(line, index)?.id !== id) continue;
      const goOut = () => (isHolder ? this.#release(name, index, id, how) : this.#stepOut(name, index));
      this.#change([name], goOut, [index]);
      return;
    }
  }

  drop(index: number): void {
    this.#options.onDrop?.(index);
    const names = this.#lines.namesOf(index);
    if (names.length === 0) return;
    const forget = () => {
      const home = this.#lines.homeOf(index);
      this.#waiters.refuse(index, `thread #${index} died in the queue of ${home}; its place is free`);
      for (const name of names) {
        this.#lines.edit(name, (line) => queue.giveUp(line, index));
        for (const holder of this.#lines.of(name).holders)
          if (holder.index === index) this.#release(name, index, holder.id, { kind: 'left' });
      }
    };
    this.#change(names, forget, [index]);
  }

  waitingFor(index: number): WaitingFor | null {
    const name = this.#lines.homeOf(index);
    return name === undefined ? null : waitingForIn(this.#factsOf(name), index, this.#time);
  }

  isHolding(index: number, id: number): boolean {
    return this.#lines.namesOf(index).some((name) => queue.holderOf(this.#lines.of(name), index, id));
  }

  doorOf(index: number): string | null {
    const name = this.#lines.homeOf(index);
    if (name === undefined || queue.placeOf(this.#lines.of(name), index)?.id === null) return null;
    const { line, limit, staggeredMs, held, open } = this.#factsOf(name);
    const isShut = held !== null || open !== null || queue.isFull(line, limit);
    return !isShut && queue.nextStart(line, staggeredMs ?? 0, this.#time.now()) === null ? name : null;
  }

  limits(): readonly LimitView[] {
    const { limits, configured, staggeredMs } = this.#policy;
    const names = new Set([...limits.keys(), ...configured.keys(), ...staggeredMs.keys()]);
    return [...names].map((name) => limitView(this.#factsOf(name)));
  }

  breakers(): readonly BreakerView[] {
    return this.#breakers.stages().flatMap((stage) => {
      const open = this.#breakers.open(stage);
      return open ? [breakerView(stage, this.#lines.of(stage), open, this.#time)] : [];
    });
  }

  setPolicy(policy: DeskPolicy): void {
    this.#change(this.#lines.names(), () => {
      this.#policy = tables(policy);
    });
  }

  closeBreaker(stage: string): boolean {
    if (!this.#breakers.open(stage)) return false;
    this.#breakers.close(stage);
    this.#unsaved.add(stage);
    this.#change([stage]);
    return true;
  }

  restoreBreakers(open: Parameters<Desk['restoreBreakers']>[0]): void {
    for (const [stage, kept] of Object.entries(open))
      this.#breakers.restore(stage, kept, this.#policy.breaker);
    this.#change(Object.keys(open));
  }

  look(): void {
    this.#change(this.#lines.names());
  }

  hold(reason: string): void {
    this.#setHeld(reason);
  }

  unhold(): void {
    this.#setHeld(null);
  }

  #setHeld(reason: string | null): void {
    this.#change([sectorPlace], () => {
      this.#heldReason = reason;
    });
  }

  /** Runs `act`, admits the threads that may now start, then reports the changes. */
  #change(names: readonly string[], act: () => void = () => undefined, actors: readonly number[] = []): void {
    const stood = this.#lines.standingIn(names);
    act();
    const stand = this.#lines.standingIn(names);
    for (const name of names) this.#admit(name);
    for (const stage of this.#unsaved) {
      this.#unsaved.delete(stage);
      this.#options.onBreaker(stage, this.#breakers.kept(stage));
    }
    this.#options.onChange([...new Set([...actors, ...stood, ...stand])]);
  }

  /** Admits the threads that may start, and sets the alarm for the next one. False if it admits none. */
  #admit(name: string): boolean {
    for (let count = 0; ; count++) {
      const { line, limit, staggeredMs, held, open, blockedBy } = this.#factsOf(name);
      const isBlocked = (index: number) => blockedBy(index) !== null;
      const rules = { limit, staggeredMs: staggeredMs ?? 0, isHeld: held !== null, isBlocked, breaker: open };
      const turn = queue.nextTurn(line, rules, this.#time.now());
      if (turn.kind === 'wait') {
        this.#alarms.set(name, turn.until, () => this.#lookByTime(name));
        return count > 0;
      }
      this.#begin(name, turn.place, open !== null);
    }
  }

  #lookByTime(name: string): void {
    const stood = this.#lines.standingIn([name]);
    if (this.#admit(name)) this.#options.onChange(stood);
  }

  /** Turns the place in the queue into a slot. */
  #begin(name: string, place: queue.Waiting, isProbe: boolean): void {
    const { index } = place;
    if (isProbe) this.#breakers.probeBy(name, index);
    this.#lines.edit(name, (line) => queue.begin(line, place, isProbe, this.#time.now()));
    this.#options.onTaken?.(index, name);
    this.#waiters.grant(index, { isProbe });
  }

  #stepOut(name: string, index: number): void {
    this.#lines.edit(name, (line) => queue.stepOut(line, index));
    this.#waiters.refuse(index, `thread #${index} has left the queue of ${name}; its place is kept`);
  }

  #release(name: string, index: number, id: number, how: Left): void {
    this.#lines.edit(name, (line) => queue.giveBack(line, index, id));
    this.#options.onFree?.(index, name);
    if (name === sectorPlace) return;
    const news = this.#breakers.settle(name, index, how, this.#policy.breaker);
    if (news !== null) this.#unsaved.add(name);
    // An operator's resume past an earlier breaker does not apply to this one.
    if (news === 'opened') this.#lines.edit(name, queue.calm);
  }

  #factsOf(name: string): LineFacts {
    const { limits, configured, staggeredMs } = this.#policy;
    return {
      name,
      line: this.#lines.of(name),
      limit: limits.get(name) ?? null,
      configured: configured.get(name) ?? null,
      staggeredMs: staggeredMs.get(name) ?? null,
      held: name === sectorPlace ? this.#heldReason : null,
      open: this.#breakers.open(name),
      blockedBy: (index) => this.#options.blockedBy?.(index, name) ?? null,
    };
  }
}
