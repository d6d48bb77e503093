/** The result of a check. */
import { parseAnswer, shortened } from '../../processes/protocol.js';
import type { Ended, Said, Trial } from './trial.js';

export type Verdict = 'ok' | 'warn' | 'FAIL' | 'skipped';

export interface Found {
  readonly verdict: Verdict;
  readonly seen: string;
}

export const ok = (seen: string): Found => ({ verdict: 'ok', seen });
export const warn = (seen: string): Found => ({ verdict: 'warn', seen });
export const failed = (seen: string): Found => ({ verdict: 'FAIL', seen });
export const skipped = (seen: string): Found => ({ verdict: 'skipped', seen });

export function endText({ code, signal }: Ended): string {
  return signal === null ? `exited with code ${code}` : `was killed by ${signal}`;
}

/** Why the expected output did not arrive. */
export function whyNot(trial: Trial, withinMs: number): string {
  const ended = trial.endedEarly();
  return ended ? `it ${endText(ended)}` : `within ${withinMs} ms`;
}

/** A short description of an answer. */
export function answerText({ line }: Said): string {
  const answer = parseAnswer(line);
  const size = line.length < 10_000 ? `${line.length} bytes` : `${(line.length / 1e6).toFixed(2)} MB`;
  return answer.ok ? `done, ${size}` : `refused: ${shortened(Buffer.from(answer.message))}`;
}

export function isDone({ line }: Said): boolean {
  return parseAnswer(line).ok;
}
