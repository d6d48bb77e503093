/** How a run of troubles has to end, however much was left to do and however busy the machine is. */
import { expect, vi } from 'vitest';

export interface Open {
  /** Pieces that are not sealed yet. */
  readonly missing: number;
  /** Threads that are not at their end, in words. */
  readonly busy: readonly string[];
}

/** Without any change for so long it is stuck, ms. */
const stuckMs = 150_000;

/** Resolves when nothing is open any more; fails when nothing changes, and prints what `tell` says of it then. */
export async function endsWhole(
  look: () => Promise<Open>,
  tell: () => Promise<string> = async () => '',
): Promise<void> {
  let last = '';
  let changedAt = performance.now();
  const isWhole = async () => {
    const open = await look();
    if (open.missing === 0 && open.busy.length === 0) return true;
    const now = JSON.stringify(open);
    if (now !== last) changedAt = performance.now();
    last = now;
    if (performance.now() - changedAt > stuckMs) {
      console.log(await tell());
      expect(open).toEqual({ missing: 0, busy: [] });
    }
    return false;
  };
  // What it throws ends it; the test's own timeout bounds the rest.
  await vi.waitUntil(isWhole, { interval: 500, timeout: 2 ** 31 - 1 });
}
