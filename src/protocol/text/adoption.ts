/** Says that a worker waits for an operator because the manager that answers is not the one its sectors belong to. Pure. */

import type { ManagerFacts } from '../worker.js';
import { sinceText } from './ages.js';

/** Null if it does not wait. */
export function adoptionText(manager: ManagerFacts | undefined, nowMs: number): string | null {
  if (!manager?.other) return null;
  const { id, other } = manager;
  return `waits for adoption ${sinceText(other.since, nowMs)}: manager ${other.id} answers, and its sectors are of manager ${id}; it takes no job and reports nothing until ${id} is back on its home, or \`venus-worker worker adopt\``;
}
