import type { Exit } from '../actors/index.js';
import { SealvisorError } from '../protocol/errors.js';

/** What is known about a process that has ended. */
export interface ProcessEnd {
  /** What was requested; a kill overrides a stop. */
  readonly asked: 'shutdown' | 'killed' | undefined;
  /** It printed its done line. */
  readonly saidDone: boolean;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** How a process ended. Its exit code never makes an exit `normal`: a process that lost its work may exit with 0 too. */
export function exitOf(name: string, { asked, saidDone, code, signal }: ProcessEnd): Exit {
  if (asked) return { kind: asked };
  if (saidDone) return { kind: 'normal' };
  const how = signal === null ? `exited with code ${code}` : `was killed by ${signal}`;
  return { kind: 'crash', error: new SealvisorError('process_gone', `${name} ${how}`) };
}
