import { idleClock } from '../actors/system-clock.js';
import type { Pulse } from './pulse.js';

export interface Heartbeat {
  /** Time in which the thread's loop has to turn once, ms. */
  readonly heartbeatMs: number;
  /** After so many consecutive missed beats the thread is hung. */
  readonly missed: number;
}

/** Beats per `heartbeatMs`: work that blocks the loop for a little less than the limit is never taken for a hang. */
const beatsEach = 4;
/** How late a beat may be although the loop turns, ms: a busy machine, a long garbage collection. */
const slackMs = 40;

/** How often the thread writes its pulse, ms. */
export function beatEveryMs({ heartbeatMs }: Heartbeat): number {
  return Math.max(1, heartbeatMs / beatsEach);
}

/** The age of a pulse at which a thread is hung, ms. */
export function hungAfterMs({ heartbeatMs, missed }: Heartbeat): number {
  return heartbeatMs * missed + slackMs;
}

/**
 * Calls `onHung` once, with the age of the last beat in ms, when `missed` beats are overdue, until the returned function
 * is called. It checks only when the last known pulse would be too old. `isHeldUp`: something outside the thread, such
 * as a disk that does not answer, keeps it from beating; after that it has the full time again.
 */
export function watchHeartbeat(
  pulse: Pick<Pulse, 'ageMs'>,
  heartbeat: Heartbeat,
  onHung: (ageMs: number) => void,
  isHeldUp: () => boolean = () => false,
): () => void {
  const limitMs = hungAfterMs(heartbeat);
  let timer: unknown;
  let wasHeldUp = false;
  const arm = (ms: number) => {
    const due = idleClock.now() + ms;
    timer = idleClock.setTimeout(() => look(idleClock.now() - due), ms);
  };
  const look = (lateMs: number) => {
    const { ageMs } = pulse;
    // This loop itself was blocked, perhaps the whole process (SIGSTOP): the thread gets time for a beat.
    const stoodStill = lateMs > slackMs;
    const isFree = ageMs < limitMs || !isHeldUp();
    const isJustFree = isFree && wasHeldUp;
    wasHeldUp = !isFree;
    if (ageMs < limitMs) arm(Math.ceil(limitMs - ageMs));
    else if (stoodStill || wasHeldUp) arm(heartbeat.heartbeatMs);
    else if (isJustFree) arm(limitMs);
    else onHung(ageMs);
  };
  arm(limitMs);
  return () => idleClock.clearTimeout(timer);
}
