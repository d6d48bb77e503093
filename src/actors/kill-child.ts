import type { Child } from './spec.js';
import { warn } from './warn.js';

/** Kills the child; a `kill` that throws is reported, and the supervisor keeps waiting for the exit. */
export function killChild(child: Child): void {
  try {
    child.kill();
  } catch (error) {
    warn('child.killFailed', error);
  }
}
