/** What a supervisor decides, as pure functions. */
import type { Backoff, ChildSpec, Exit } from './spec.js';

/** Whether a child is started again after this exit; "normal" is what the child said, never an exit code. */
export function mustRestart(restart: NonNullable<ChildSpec['restart']>, exit: Exit): boolean {
  switch (restart) {
    case 'permanent':
      return true;
    case 'transient':
      return exit.kind === 'crash' || exit.kind === 'killed';
    case 'temporary':
      return false;
  }
}

/** The restarts that still count at `now`, this one included; more than the intensity means the limit is passed. */
export function withRestart(restarts: readonly number[], now: number, periodMs: number): readonly number[] {
  return [...restarts.filter((at) => now - at < periodMs), now];
}

/** Delay before the nth restart in a row (from 1), ms. `random` in [0, 1). */
export function backoffMs(backoff: Backoff | 'none', nth: number, random: number): number {
  if (backoff === 'none') return 0;
  const { minMs, maxMs, factor = 2, jitter = 0.2 } = backoff;
  const plain = Math.min(maxMs, minMs * factor ** (nth - 1));
  return plain * (1 - jitter + jitter * random);
}
