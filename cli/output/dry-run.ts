import { oneLine } from '../../src/protocol/escaped.js';
import type { DryRun } from '../../src/protocol/thread.js';

/** What a resume would do, for a person. */
export function dryRunText(
  index: number,
  { allowed, to, redo = [], skip = [], why, possible }: DryRun,
): string {
  const states = possible && possible.length > 0 ? `possible now: ${possible.join(', ')}` : undefined;
  const lines = allowed
    ? [
        `thread #${index} would go on at ${to ?? 'its state'}`,
        redo.length > 0 ? `redo: ${redo.join(', ')}` : undefined,
        skip.length > 0 ? `skip: ${skip.join(', ')}` : undefined,
        why,
      ]
    : [`thread #${index} would not be resumed${why ? `: ${why}` : ''}`, states];
  return lines
    .filter((line) => line !== undefined)
    .map(oneLine)
    .join('\n');
}
