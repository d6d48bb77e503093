import type { Supervisor, SupervisorEvent, SupervisorSpec } from '#src/actors/index.js';
import { type Child, type ChildSpec, type Clock, type Exit, startSupervisor } from '#src/actors/index.js';

/** What a fake child does when it is asked to end. */
export type Manner = 'polite' | 'deaf' | 'throws' | 'rejects' | 'crashes';

export interface FakeOptions extends Partial<ChildSpec> {
  readonly manner?: Manner;
  /** Instead of a child, for the nth start (from 1); undefined gives the child. */
  readonly instead?: (nth: number) => unknown;
}

export class FakeChild implements Child {
  readonly #exit = Promise.withResolvers<Exit>();
  readonly exited = this.#exit.promise;

  constructor(
    readonly id: string,
    readonly log: string[],
    readonly manner: Manner,
  ) {}

  end(exit: Exit): void {
    this.#exit.resolve(exit);
  }

  crash(): void {
    this.end({ kind: 'crash', error: new Error(`${this.id} crashed`) });
  }

  stop(): void | Promise<void> {
    this.log.push(`stop ${this.id}`);
    switch (this.manner) {
      case 'polite':
        return this.end({ kind: 'shutdown' });
      case 'deaf':
        return;
      case 'crashes':
        this.crash();
        throw new Error('stop hook');
      case 'throws':
        throw new Error('stop hook');
      case 'rejects':
        return Promise.reject(new Error('stop hook'));
    }
  }

  kill(): void {
    this.log.push(`kill ${this.id}`);
    this.end({ kind: 'killed' });
  }
}

/** Fake children with one log of what was done to them. */
export function makeWorld() {
  const log: string[] = [];
  const children = new Map<string, FakeChild[]>();
  const starts = new Map<string, number>();

  const start = (id: string, { manner = 'polite', instead }: FakeOptions) => {
    const nth = (starts.get(id) ?? 0) + 1;
    starts.set(id, nth);
    log.push(`start ${id}`);
    const other = instead?.(nth);
    // Tests give rubbish here on purpose.
    if (other !== undefined) return other as Child;
    return born(id, manner);
  };
  const born = (id: string, manner: Manner = 'polite') => {
    const child = new FakeChild(id, log, manner);
    children.set(id, [...(children.get(id) ?? []), child]);
    return child;
  };
  const latest = (id: string): FakeChild => {
    const child = children.get(id)?.at(-1);
    if (!child) throw new Error(`no child ${id}`);
    return child;
  };
  const child = (id: string, options: FakeOptions = {}): ChildSpec => {
    const { manner, instead, ...spec } = options;
    return { id, start: () => start(id, options), ...spec };
  };
  const takeLog = () => log.splice(0);
  return { log, takeLog, born, latest, child, starts };
}

/** A running supervisor over fake children, with all it told. */
export async function setup(spec: SupervisorSpec) {
  const supervisor = await startSupervisor(spec);
  return { supervisor, ...listen(supervisor) };
}

export function listen(supervisor: Supervisor) {
  const events: SupervisorEvent[] = [];
  supervisor.subscribe((event) => events.push(event));
  const told = () =>
    events.map(({ kind, id, incarnation }) => [kind, id, incarnation].filter(Boolean).join(' '));
  return { events, told };
}

/** Lets everything happen that needs no time. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Resolves when the supervisor tells such an event, `count` times from now. */
export function event(
  supervisor: Supervisor,
  kind: SupervisorEvent['kind'],
  count = 1,
): Promise<SupervisorEvent> {
  return new Promise((resolve) => {
    let left = count;
    const stop = supervisor.subscribe((told) => {
      if (told.kind !== kind || --left > 0) return;
      stop();
      resolve(told);
    });
  });
}

interface Alarm {
  readonly at: number;
  readonly fn: () => void;
}

/** Time that stands still until a test turns it. */
export class TestClock implements Clock {
  #now = 1000;
  readonly #alarms = new Set<Alarm>();

  now(): number {
    return this.#now;
  }

  setTimeout(fn: () => void, ms: number): unknown {
    const alarm = { at: this.#now + ms, fn };
    this.#alarms.add(alarm);
    return alarm;
  }

  clearTimeout(handle: unknown): void {
    // Only handles of the function above come back here.
    this.#alarms.delete(handle as Alarm);
  }

  get pending(): number {
    return this.#alarms.size;
  }

  /** Turns time on; every alarm goes off at its own time, and everything it leads to happens before the next. */
  async advance(ms: number): Promise<void> {
    await quiet();
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#alarms].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#alarms.delete(due);
      this.#now = due.at;
      due.fn();
      await quiet();
    }
    this.#now = end;
  }
}
