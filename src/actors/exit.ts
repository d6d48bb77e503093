import { SupervisorError, shown } from './refusal.js';
import type { Exit } from './spec.js';

/** The exit that a child reported; anything that is not an Exit counts as a crash. */
export function readExit(said: unknown): Exit {
  if (isExit(said)) return said;
  const message = `a child ended with ${shown(said)}, which is not an exit: resolve exited to { kind }`;
  return { kind: 'crash', error: new SupervisorError('bad_exit', message, said) };
}

function isExit(said: unknown): said is Exit {
  if (typeof said !== 'object' || said === null || !('kind' in said)) return false;
  switch (said.kind) {
    case 'normal':
    case 'shutdown':
    case 'killed':
    case 'crash':
      return true;
    default:
      return false;
  }
}
