/** Where a worker's threads ask before they start: limits, staggered starts, breakers, cordon. Lives on the main thread. */
import { sectorPlace } from '../../../machines/index.js';
import { timestamp } from '../../protocol/clock.js';
import { SealvisorError } from '../../protocol/errors.js';
import type { Left } from '../border/contract.js';
import { deskBreakers } from './breakers.js';
import * as queue from './line.js';
import { breakerView, type DeskTime, type LineFacts, limitView, waitingForIn } from './view.js';
import { deskWaiters } from './waiters.js';
import type { Desk, DeskOptions, DeskPolicy } from './words.js';

export function createDesk(options: DeskOptions, firstPolicy: DeskPolicy): Desk {
  const { clock, wall, onChange, onBreaker, blockedBy = () => null } = options;
  const { onTaken = () => undefined, onFree = () => undefined } = options;
  const time: DeskTime = {
    now: () => clock.now(),
    text: (at) => timestamp(wall() + (at - clock.now())),
    untilMs: (text) => Date.parse(text) - wall(),
  };
  const lines = new Map<string, queue.Line>();
  const alarms = new Map<string, unknown>();
  const waiters = deskWaiters();
  const breakers = deskBreakers(time);
  const unsaved = new Set<string>();
  let policy = tables(firstPolicy);
  let heldReason: string | null = null;

  const lineOf = (name: string) => lines.get(name) ?? queue.emptyLine;
  const edit = (name: string, next: (line: queue.Line) => queue.Line) =>
    void lines.set(name, next(lineOf(name)));
  const namesOf = (index: number) => [...lines.keys()].filter((name) => queue.has(lineOf(name), index));
  /** The line where the thread has a place, whether it stands there or will be back. */
  const homeOf = (index: number) => namesOf(index).find((name) => queue.placeOf(lineOf(name), index));
  const standing = (names: readonly string[]) =>
    names.flatMap((name) => queue.waiting(lineOf(name)).map(({ index }) => index));
  const factsOf = (name: string): LineFacts => ({
    name,
    line: lineOf(name),
    limit: policy.limits.get(name) ?? null,
    configured: policy.configured.get(name) ?? null,
    staggeredMs: policy.staggeredMs.get(name) ?? null,
    held: name === sectorPlace ? heldReason : null,
    open: breakers.open(name),
    blockedBy: (index) => blockedBy(index, name),
  });

  /** Lets in who may start, and looks again when time lets the next one. False when that is nobody now. */
  const admit = (name: string): boolean => {
    for (let count = 0; ; count++) {
      const { line, limit, staggeredMs, held, open } = factsOf(name);
      const isBlocked = (index: number) => blockedBy(index, name) !== null;
      const rules = { limit, staggeredMs: staggeredMs ?? 0, isHeld: held !== null, isBlocked, breaker: open };
      const now = clock.now();
      const turn = queue.nextTurn(line, rules, now);
      if (turn.kind === 'wait') {
        arm(name, turn.until);
        return count > 0;
      }
      const { index } = turn.place;
      const isProbe = open !== null;
      if (isProbe) breakers.probeBy(name, index);
      edit(name, (before) => queue.begin(before, turn.place, isProbe, now));
      onTaken(index, name);
      waiters.grant(index, { isProbe });
    }
  };
  const arm = (name: string, until: number | null) => {
    const armed = alarms.get(name);
    if (armed !== undefined) clock.clearTimeout(armed);
    alarms.delete(name);
    if (until === null) return;
    const look = () => {
      const stood = standing([name]);
      if (admit(name)) onChange(stood);
    };
    alarms.set(name, clock.setTimeout(look, Math.ceil(until - clock.now())));
  };
  /** Does it, then lets in whom that lets in, then tells. */
  const change = (names: readonly string[], act: () => void, actors: readonly number[] = []) => {
    const stood = standing(names);
    act();
    const stand = standing(names);
    for (const name of names) admit(name);
    for (const stage of unsaved) {
      unsaved.delete(stage);
      onBreaker(stage, breakers.kept(stage));
    }
    onChange([...new Set([...actors, ...stood, ...stand])]);
  };
  const release = (name: string, index: number, id: number, how: Left) => {
    edit(name, (line) => queue.giveBack(line, index, id));
    onFree(index, name);
    const news = name === sectorPlace ? null : breakers.settle(name, index, how, policy.breaker);
    if (news !== null) unsaved.add(name);
    // Who was sent past it when it was open before was not sent past this one.
    if (news === 'opened') edit(name, queue.calm);
  };

  return {
    ask: (index, id, name, isResumed) => {
      const home = homeOf(index);
      const join = () => {
        waiters.refuse(
          index,
          `thread #${index} queues again: its place in the queue of ${home} was another request's`,
        );
        if (home !== undefined && home !== name) edit(home, (line) => queue.giveUp(line, index));
        // While one probes for all, the others wait for what comes of it.
        const isUrged = isResumed && breakers.open(name)?.probe === null;
        edit(name, (line) => queue.stand(line, { index, id, isUrged }));
      };
      change(home === undefined || home === name ? [name] : [home, name], join, [index]);
      const holder = queue.holderOf(lineOf(name), index, id);
      return holder ? { granted: true, isProbe: holder.isProbe } : { granted: false };
    },
    granted: async (index, id) => {
      for (const name of namesOf(index)) {
        const holder = queue.holderOf(lineOf(name), index, id);
        if (holder) return { isProbe: holder.isProbe };
        if (queue.placeOf(lineOf(name), index)?.id === id) return waiters.wait(index);
      }
      const why = `thread #${index} has no place under ${id}: it left the queue, and must queue again`;
      throw new SealvisorError('thread_gone', why);
    },
    leave: (index, id, how) => {
      for (const name of namesOf(index)) {
        if (queue.holderOf(lineOf(name), index, id))
          return change([name], () => release(name, index, id, how), [index]);
        if (queue.placeOf(lineOf(name), index)?.id !== id) continue;
        const stepOut = () => {
          edit(name, (line) => queue.stepOut(line, index));
          waiters.refuse(index, `thread #${index} has left the queue of ${name}; its place is kept`);
        };
        return change([name], stepOut, [index]);
      }
    },
    drop: (index) => {
      const names = namesOf(index);
      if (names.length === 0) return;
      const forget = () => {
        waiters.refuse(index, `thread #${index} died in the queue of ${homeOf(index)}; its place is free`);
        for (const name of names) {
          edit(name, (line) => queue.giveUp(line, index));
          for (const holder of lineOf(name).holders)
            if (holder.index === index) release(name, index, holder.id, { kind: 'left' });
        }
      };
      change(names, forget, [index]);
    },

    waitingFor: (index) => {
      const name = homeOf(index);
      return name === undefined ? null : waitingForIn(factsOf(name), index, time);
    },
    isHolding: (index, id) => namesOf(index).some((name) => queue.holderOf(lineOf(name), index, id)),
    doorOf: (index) => {
      const name = homeOf(index);
      if (name === undefined || queue.placeOf(lineOf(name), index)?.id === null) return null;
      const { line, limit, staggeredMs, held, open } = factsOf(name);
      const isShut = held !== null || open !== null || queue.isFull(line, limit);
      return !isShut && queue.nextStart(line, staggeredMs ?? 0, clock.now()) === null ? name : null;
    },
    limits: () => {
      const { limits, configured, staggeredMs } = policy;
      const names = new Set([...limits.keys(), ...configured.keys(), ...staggeredMs.keys()]);
      return [...names].map((name) => limitView(factsOf(name)));
    },
    breakers: () =>
      breakers.stages().flatMap((stage) => {
        const open = breakers.open(stage);
        return open ? [breakerView(stage, lineOf(stage), open, time)] : [];
      }),

    setPolicy: (next) =>
      change([...lines.keys()], () => {
        policy = tables(next);
      }),
    closeBreaker: (stage) => {
      if (!breakers.open(stage)) return false;
      breakers.close(stage);
      unsaved.add(stage);
      change([stage], () => undefined);
      return true;
    },
    restoreBreakers: (open) => {
      for (const [stage, kept] of Object.entries(open)) breakers.restore(stage, kept, policy.breaker);
      change(Object.keys(open), () => undefined);
    },
    look: () => change([...lines.keys()], () => undefined),
    hold: (reason) =>
      change([sectorPlace], () => {
        heldReason = reason;
      }),
    unhold: () =>
      change([sectorPlace], () => {
        heldReason = null;
      }),
  };
}

function tables({ limits, configured, staggeredMs, breaker }: DeskPolicy) {
  const table = (record: Readonly<Record<string, number>>) => new Map(Object.entries(record));
  return {
    limits: table(limits),
    configured: table(configured),
    staggeredMs: table(staggeredMs),
    breaker,
  };
}
