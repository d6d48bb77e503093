/** The line before one name: who stands in it, who holds it, and whose turn it is. Values in, values out. */

export interface Place {
  readonly index: number;
  /** What the thread asked under; null while it is away: it finds its place again when it comes back. */
  readonly id: number | null;
  /** Goes first, and need not wait for the next probe: its operator said so. */
  readonly isUrged: boolean;
}

export interface Holder {
  readonly index: number;
  readonly id: number;
  readonly isProbe: boolean;
}

export interface Line {
  /** First come first. */
  readonly places: readonly Place[];
  readonly holders: readonly Holder[];
  /** The clock's time of the latest start, ms. */
  readonly startedAt: number | null;
}

export interface LineRules {
  /** null = no limit. */
  readonly limit: number | null;
  /** Least time between two starts, ms. */
  readonly staggeredMs: number;
  readonly isHeld: boolean;
  /** Whether what only this thread needs (room, a free process) is not there now: those behind need not wait for that. */
  isBlocked(index: number): boolean;
  /** While it is open. `nextProbeAt` is the clock's time, ms. */
  readonly breaker: { readonly probe: number | null; readonly nextProbeAt: number } | null;
}

export type Turn =
  | { readonly kind: 'admit'; readonly place: Waiting }
  /** The clock's time, ms; null = when somebody leaves, or the rules change. */
  | { readonly kind: 'wait'; readonly until: number | null };

export type Waiting = Place & { readonly id: number };

export const emptyLine: Line = { places: [], holders: [], startedAt: null };

/** A thread's place; where it stood, when it comes back. */
export function stand(line: Line, place: Waiting): Line {
  const places = placeOf(line, place.index)
    ? line.places.map((each) => (each.index === place.index ? place : each))
    : [...line.places, place];
  return { ...line, places };
}

/** The thread goes away, and its place is kept. */
export function stepOut(line: Line, index: number): Line {
  const places = line.places.map((each) => (each.index === index ? { ...each, id: null } : each));
  return { ...line, places };
}

/** The thread's place is kept no longer. */
export function giveUp(line: Line, index: number): Line {
  return { ...line, places: line.places.filter((each) => each.index !== index) };
}

/** The place becomes a slot, at `now` ms. A probe is one for all: nobody else is urged any more. */
export function begin(line: Line, { index, id }: Waiting, isProbe: boolean, now: number): Line {
  const { places } = giveUp(isProbe ? calm(line) : line, index);
  return { places, holders: [...line.holders, { index, id, isProbe }], startedAt: now };
}

/** The slot under this id is free. */
export function giveBack(line: Line, index: number, id: number): Line {
  return { ...line, holders: line.holders.filter((each) => each.index !== index || each.id !== id) };
}

export function calm(line: Line): Line {
  return { ...line, places: line.places.map((each) => ({ ...each, isUrged: false })) };
}

/** Whether the thread has a place or a slot. */
export function has(line: Line, index: number): boolean {
  return placeOf(line, index) !== undefined || line.holders.some((each) => each.index === index);
}

export function placeOf({ places }: Line, index: number): Place | undefined {
  return places.find((each) => each.index === index);
}

export function holderOf({ holders }: Line, index: number, id: number): Holder | undefined {
  return holders.find((each) => each.index === index && each.id === id);
}

/** Those who stand there now, first to last. */
export function waiting(line: Line): readonly Waiting[] {
  return line.places.flatMap(({ index, id, isUrged }) => (id === null ? [] : [{ index, id, isUrged }]));
}

export function isFull(line: Line, limit: number | null): boolean {
  return limit !== null && line.holders.length >= limit;
}

/** When the next may start, the clock's ms; null when that is now. */
export function nextStart({ startedAt }: Line, staggeredMs: number, now: number): number | null {
  const at = startedAt === null ? now : startedAt + staggeredMs;
  return at > now ? at : null;
}

/** Whose turn it is at `now` ms. */
export function nextTurn(line: Line, rules: LineRules, now: number): Turn {
  const never = { kind: 'wait', until: null } as const;
  const { limit, staggeredMs, isHeld, breaker } = rules;
  if (isHeld || isFull(line, limit) || (breaker && breaker.probe !== null)) return never;
  // Whose own aborted work still holds a slot waits for that; those behind need not.
  const free = waiting(line).filter(
    ({ index }) => !line.holders.some((holder) => holder.index === index) && !rules.isBlocked(index),
  );
  const place = (breaker && free.find(({ isUrged }) => isUrged)) ?? free[0];
  if (!place) return never;
  const probeAt = breaker && !place.isUrged ? breaker.nextProbeAt : now;
  const until = Math.max(nextStart(line, staggeredMs, now) ?? now, probeAt);
  return until > now ? { kind: 'wait', until } : { kind: 'admit', place };
}
