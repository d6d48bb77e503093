/** Stops children within their shutdown deadlines: all at once, or one after the other. */
import { askToLeave, killAll } from './leaving.js';
import { isAlive, type Slot } from './slot.js';
import type { Clock, Shutdown } from './spec.js';

export interface DeadlineOptions {
  readonly clock: Clock;
  /** Called with what the clock threw. */
  readonly fault: (error: unknown) => void;
}

/** Stops all at once, under one deadline; resolves when they are gone. */
export function endTogether(
  slots: readonly Slot[],
  shutdown: Shutdown,
  options: DeadlineOptions,
): Promise<void> {
  const leaving = slots.map((slot) => askToLeave(slot, shutdown));
  const gone = Promise.all(leaving.map((each) => each?.gone)).then(() => undefined);
  if (slots.some(isAlive)) setDeadline(slots, shutdown, gone, options);
  return gone;
}

/** Stops the slots in the order given. A child that exits at once costs no timer: there may be very many. */
export async function endInTurn(slots: readonly Slot[], options: DeadlineOptions): Promise<void> {
  for (const slot of slots) {
    const isAsked = slot.leaving !== undefined;
    const leaving = askToLeave(slot, slot.spec.shutdown);
    if (leaving === undefined) continue;
    // Lets the exit of a child that ended within its `stop` be recorded.
    await undefined;
    if (slot.leaving !== leaving) continue;
    if (!isAsked) setDeadline([slot], slot.spec.shutdown, leaving.gone, options);
    await leaving.gone;
  }
}

/** 0 where the clock throws. */
export function nowOf({ clock, fault }: DeadlineOptions): number {
  try {
    return clock.now();
  } catch (error) {
    fault(error);
    return 0;
  }
}

/** Stops a timer, if there is one. */
export function clearTimer(timer: Slot['timer'], { clock, fault }: DeadlineOptions): void {
  if (!timer) return;
  try {
    clock.clearTimeout(timer.handle);
  } catch (error) {
    fault(error);
  }
}

/** Kills those that are still alive at the deadline. */
function setDeadline(
  slots: readonly Slot[],
  shutdown: Shutdown,
  gone: Promise<void>,
  options: DeadlineOptions,
): void {
  if (typeof shutdown !== 'number') return;
  try {
    const handle = options.clock.setTimeout(() => killAll(slots), shutdown);
    void gone.then(() => clearTimer({ handle }, options));
  } catch (error) {
    killAll(slots);
    options.fault(error);
  }
}
