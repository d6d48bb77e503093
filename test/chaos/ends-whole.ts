/** How a run of troubles has to end, however much was left to do and however busy the machine is. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';

export interface Open {
  /** Pieces that are not sealed yet. */
  readonly missing: number;
  /** Threads that are not at their end, in words. */
  readonly busy: readonly string[];
}

/** Without any change for so long it is stuck, ms. */
const stuckMs = 150_000;

/** Resolves when nothing is open any more; fails when nothing changes. */
export async function endsWhole(look: () => Promise<Open>): Promise<void> {
  let last = '';
  let changedAt = performance.now();
  for (;;) {
    const open = await look();
    if (open.missing === 0 && open.busy.length === 0) return;
    const now = JSON.stringify(open);
    if (now !== last) changedAt = performance.now();
    last = now;
    if (performance.now() - changedAt > stuckMs) expect(open).toEqual({ missing: 0, busy: [] });
    await delay(500);
  }
}
