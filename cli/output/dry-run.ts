import { oneLine } from '../../src/protocol/text/escaped.js';
import type { DryRun } from '../../src/protocol/thread.js';
import { lossText } from './loss-text.js';
import { answer, answerJson, exitCodes } from './say.js';

/** Exit 1 when the resume would be refused. */
export function answerDryRun(index: number, told: DryRun, json: boolean): void {
  if (json) answerJson(told);
  else answer(dryRunText(index, told));
  if (!told.allowed) process.exitCode = exitCodes.failed;
}

/** What a resume would do, as text. */
export function dryRunText(
  index: number,
  { allowed, to, redo = [], skip = [], why, possible, loses }: DryRun,
  nowMs = Date.now(),
): string {
  const states = possible && possible.length > 0 ? `possible now: ${possible.join(', ')}` : undefined;
  const lines = allowed
    ? [
        `thread #${index} would resume at ${to ?? 'its state'}`,
        redo.length > 0 ? `redo: ${redo.join(', ')}` : undefined,
        skip.length > 0 ? `skip: ${skip.join(', ')}` : undefined,
        why,
        loses && lossText(loses, nowMs),
      ]
    : [`thread #${index} would not be resumed${why ? `: ${why}` : ''}`, states];
  return lines
    .filter((line) => line !== undefined)
    .map(oneLine)
    .join('\n');
}
