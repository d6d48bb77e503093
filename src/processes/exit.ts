import type { Exit } from '../actors/index.js';
import { SealvisorError } from '../protocol/errors.js';

/** What is known of a process that has ended. */
export interface ProcessEnd {
  /** What it was asked; a kill outdoes a stop. */
  readonly asked: 'shutdown' | 'killed' | undefined;
  /** It printed that it has done all it had to. */
  readonly saidDone: boolean;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** How a process ended. Its exit code never makes an end normal: 0 is also what a process gives that lost its work. */
export function exitOf(name: string, { asked, saidDone, code, signal }: ProcessEnd): Exit {
  if (asked) return { kind: asked };
  if (saidDone) return { kind: 'normal' };
  const how = signal === null ? `exited with code ${code}` : `was killed by ${signal}`;
  return { kind: 'crash', error: new SealvisorError('process_gone', `${name} ${how}`) };
}
