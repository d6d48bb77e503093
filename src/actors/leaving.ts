/** How a child is made to leave: asked first, or not at all, and killed when it stays. */
import { Departure } from './departure.js';
import { killChild } from './kill-child.js';
import { isAlive, type Slot } from './slot.js';
import type { Child, Shutdown } from './spec.js';

/** Asks once, or kills at once; gives what tells when the child is gone. The deadline is the caller's. */
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

/** Kills who still lives, asked before or not. */
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

/** A throw counts as a rejection, so after the note of an exit that came with it. */
async function killIfItFails(slot: Slot, child: Child, stopped: unknown): Promise<void> {
  try {
    await stopped;
  } catch {
    // The exit tells what became of it; a stop that failed has no other consequence than this kill.
    if (slot.child === child && isAlive(slot)) killChild(child);
  }
}
