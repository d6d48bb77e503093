/** Public views of queues and breakers. Times are RFC 3339 UTC. */
import type { WaitingFor } from '../../protocol/thread.js';
import type { BreakerView, LimitView } from '../../protocol/worker.js';
import type { Open } from './breaker.js';
import { isFull, type Line, nextStart, waiting } from './line.js';
import type { Blocked } from './words.js';

export interface LineFacts {
  readonly name: string;
  readonly line: Line;
  readonly limit: number | null;
  readonly configured: number | null;
  readonly staggeredMs: number | null;
  /** Why no thread is admitted; null = not held. */
  readonly held: string | null;
  readonly open: Open | null;
  blockedBy(index: number): Blocked | null;
}

/** The desk's clock, and conversions of its times to and from RFC 3339. */
export interface DeskTime {
  /** The clock's time, ms. */
  now(): number;
  /** A time of the clock as RFC 3339 UTC. */
  text(at: number): string;
  /** Ms from now to an RFC 3339 time; negative if it is past. */
  untilMs(text: string): number;
}

/** What a queued thread waits for; of several reasons the first of: cordon, breaker, limit, its own needs, staggered start. */
export function waitingForIn(facts: LineFacts, index: number, time: DeskTime): WaitingFor | null {
  const { name, line, limit, staggeredMs, held, open } = facts;
  const place = queueOf(line).indexOf(index) + 1;
  if (place === 0) return null;
  if (held !== null) return { limit: 'cordon', place, holders: [], reason: held };
  if (open) {
    const isProbing = open.probe !== null;
    return {
      limit: `breaker ${name}`,
      place,
      holders: open.probe === null ? [] : [open.probe],
      reason: `${open.level}: ${open.message}`,
      ...(isProbing || open.nextProbeAt <= time.now() ? {} : { nextAt: time.text(open.nextProbeAt) }),
    };
  }
  const blocked = isFull(line, limit) ? null : facts.blockedBy(index);
  if (blocked) return { place, ...blocked };
  const at = isFull(line, limit) ? null : nextStart(line, staggeredMs ?? 0, time.now());
  return {
    limit: name,
    place,
    holders: holdersOf(line),
    ...(at === null ? {} : { nextAt: time.text(at) }),
  };
}

export function limitView({ name, line, limit, configured, staggeredMs }: LineFacts): LimitView {
  return { name, limit, configured, staggeredMs, holders: holdersOf(line), queue: queueOf(line) };
}

export function breakerView(stage: string, line: Line, open: Open, time: DeskTime): BreakerView {
  const { level, message, since, failed, probe, nextProbeAt } = open;
  return {
    stage,
    level,
    message,
    since,
    failed,
    queue: queueOf(line),
    probe,
    nextProbeAt: probe === null ? time.text(nextProbeAt) : null,
  };
}

const holdersOf = (line: Line) => line.holders.map(({ index }) => index);
const queueOf = (line: Line) => waiting(line).map(({ index }) => index);
