/** How a child is made to leave: asked first, or not at all, and killed when it stays. */
import { killChild } from './kill-child.js';
import { isAlive, type Slot } from './slot.js';
import type { Child, Shutdown } from './spec.js';

/** Asks once, or kills at once; resolves when the exit is noted. The deadline is the caller's. */
export function askToLeave(slot: Slot, shutdown: Shutdown): Promise<void> {
  const { child } = slot;
  if (child === undefined || !isAlive(slot)) return Promise.resolve();
  if (slot.leaving) return slot.leaving.gone;
  const { promise: gone, resolve: tell } = Promise.withResolvers<void>();
  slot.status = 'stopping';
  slot.leaving = { gone, tell };
  if (shutdown === 'brutal_kill') killChild(child);
  else void askToStop(slot, child);
  return gone;
}

/** Kills who still lives, asked before or not. */
export function killAll(slots: readonly Slot[]): void {
  for (const slot of slots) {
    if (slot.leaving === undefined) void askToLeave(slot, 'brutal_kill');
    else if (slot.child && isAlive(slot)) killChild(slot.child);
  }
}

async function askToStop(slot: Slot, child: Child): Promise<void> {
  try {
    // A throw comes out as a rejection, so after the note of an exit that came with it.
    await (async () => child.stop())();
  } catch {
    // The exit tells what became of it; a stop that failed has no other consequence than this kill.
    if (slot.child === child && isAlive(slot)) killChild(child);
  }
}
