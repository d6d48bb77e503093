/** The queue of one name: its places, its held slots, and which thread is next. Pure. */

export interface Place {
  readonly index: number;
  /** The request's id; null while the thread is away and its place is kept. */
  readonly id: number | null;
  /** While a breaker is open, the thread goes first and does not wait for the next probe: an operator resumed it. */
  readonly isUrged: boolean;
}

export interface Holder {
  readonly index: number;
  readonly id: number;
  readonly isProbe: boolean;
}

export interface Line {
  /** First come, first served. */
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
  /** Whether the thread lacks something that only it needs (disk space, a free process): those behind it do not wait for that. */
  isBlocked(index: number): boolean;
  /** The open breaker; null if closed. `nextProbeAt`: the clock's time, ms. */
  readonly breaker: { readonly probe: number | null; readonly nextProbeAt: number } | null;
}

export type Turn =
  | { readonly kind: 'admit'; readonly place: Waiting }
  /** The clock's time, ms; null = until a thread leaves or the rules change. */
  | { readonly kind: 'wait'; readonly until: number | null };

export type Waiting = Place & { readonly id: number };

export const emptyLine: Line = { places: [], holders: [], startedAt: null };

/** Adds the thread's place at the end, or updates the place that it has. */
export function stand(line: Line, place: Waiting): Line {
  const places = placeOf(line, place.index)
    ? line.places.map((each) => (each.index === place.index ? place : each))
    : [...line.places, place];
  return { ...line, places };
}

/** The thread leaves, but its place is kept. */
export function stepOut(line: Line, index: number): Line {
  const places = line.places.map((each) => (each.index === index ? { ...each, id: null } : each));
  return { ...line, places };
}

/** Removes the thread's place. */
export function giveUp(line: Line, index: number): Line {
  return { ...line, places: line.places.filter((each) => each.index !== index) };
}

/** Turns the place into a slot, at `now` ms. A probe counts for all: it clears `isUrged` of the others. */
export function begin(line: Line, { index, id }: Waiting, isProbe: boolean, now: number): Line {
  const { places } = giveUp(isProbe ? calm(line) : line, index);
  return { places, holders: [...line.holders, { index, id, isProbe }], startedAt: now };
}

/** Frees the slot with this id. */
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

/** The places whose threads are waiting now, first to last. */
export function waiting(line: Line): readonly Waiting[] {
  return line.places.flatMap(({ index, id, isUrged }) => (id === null ? [] : [{ index, id, isUrged }]));
}

export function isFull(line: Line, limit: number | null): boolean {
  return limit !== null && line.holders.length >= limit;
}

/** When the next thread may start, the clock's time in ms; null = now. */
export function nextStart({ startedAt }: Line, staggeredMs: number, now: number): number | null {
  const at = startedAt === null ? now : startedAt + staggeredMs;
  return at > now ? at : null;
}

/** Which thread may start at `now` ms, or until when to wait. */
export function nextTurn(line: Line, rules: LineRules, now: number): Turn {
  const never = { kind: 'wait', until: null } as const;
  const { limit, staggeredMs, isHeld, breaker } = rules;
  if (isHeld || isFull(line, limit) || (breaker && breaker.probe !== null)) return never;
  // A thread whose aborted work still holds a slot waits for that work; those behind it do not.
  const free = waiting(line).filter(
    ({ index }) => !line.holders.some((holder) => holder.index === index) && !rules.isBlocked(index),
  );
  const place = (breaker && free.find(({ isUrged }) => isUrged)) ?? free[0];
  if (!place) return never;
  const probeAt = breaker && !place.isUrged ? breaker.nextProbeAt : now;
  const until = Math.max(nextStart(line, staggeredMs, now) ?? now, probeAt);
  return until > now ? { kind: 'wait', until } : { kind: 'admit', place };
}
