/** Stops a child: it is asked first, or killed at once. */
import { Departure } from './departure.js';
import { killChild } from './kill-child.js';
import { isAlive, type Slot } from './slot.js';
import type { Child, Shutdown } from './spec.js';

/** Asks once, or kills at once; the result says when the child is gone. The caller sets the deadline. */
export function askToLeave(slot: Slot, shutdown: Shutdown): Departure | undefined {
  const { child } = slot;
  if (child === undefined || !isAlive(slot)) return undefined;
  if (slot.leaving) return slot.leaving;
  slot.status = 'stopping';
  const leaving = new Departure();
  slot.leaving = leaving;
  if (shutdown === 'brutal_kill') killChild(child);
  else askToStop(slot, child);
  return leaving;
}

/** Kills the children that are still alive, whether they were asked before or not. */
export function killAll(slots: readonly Slot[]): void {
  for (const slot of slots) {
    if (slot.leaving === undefined) askToLeave(slot, 'brutal_kill');
    else if (slot.child && isAlive(slot)) killChild(slot.child);
  }
}

function askToStop(slot: Slot, child: Child): void {
  let stopped: unknown;
  try {
    stopped = child.stop();
  } catch (error) {
    stopped = Promise.reject(error);
  }
  if (stopped !== undefined) void killIfItFails(slot, child, stopped);
}

/** A throw is handled as a rejection, so after an exit that came with it is recorded. */
async function killIfItFails(slot: Slot, child: Child, stopped: unknown): Promise<void> {
  try {
    await stopped;
  } catch {
    // The exit reports the outcome; the only effect of a failed stop is this kill.
    if (slot.child === child && isAlive(slot)) killChild(child);
  }
}
