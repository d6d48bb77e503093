import type { Exit } from '../actors/index.js';
import { messageOf, SealvisorError, systemCodeOf } from '../protocol/errors.js';
import { outOfMemory, type ThreadExit } from './link.js';

/** What the owner did or saw before the thread ended. */
export interface Intent {
  /** `shutdown`: it was asked to end; `killed`: it was terminated without being asked, or after its grace. */
  readonly asked: 'shutdown' | 'killed' | undefined;
  /** Age of the last beat when the thread was found hung, ms. */
  readonly hungMs: number | undefined;
  /** The error of its `stop` verb. */
  readonly stopError: unknown;
}

/**
 * How a thread ended, from its own report and from what was asked of it. Its exit code proves nothing: `terminate()`
 * gives 0 or 1, out of memory and a throw give 1, and any library may call `process.exit(0)`.
 */
export function exitOf(
  name: string,
  { error, said, isDone }: ThreadExit,
  { asked, hungMs, stopError }: Intent,
): Exit {
  const crash = (code: 'thread_gone' | 'thread_hung', what: string, cause?: unknown): Exit => ({
    kind: 'crash',
    error: new SealvisorError(code, `${name} ${what}`, { cause }),
  });
  if (asked === 'killed') return { kind: 'killed' };
  if (hungMs !== undefined)
    return crash('thread_hung', `gave no heartbeat for ${Math.round(hungMs)} ms and was ended`);
  if (isOutOfMemory(error)) return { kind: 'crash', error };
  if (systemCodeOf(error) === 'ERR_WORKER_OUT_OF_MEMORY')
    return { kind: 'crash', error: outOfMemory(name, 'ran out of heap', error) };
  if (error !== undefined) return crash('thread_gone', `ended by ${messageOf(error)}`, error);
  if (stopError !== undefined)
    return crash('thread_gone', `failed to stop: ${messageOf(stopError)}`, stopError);
  if (asked === 'shutdown') return { kind: 'shutdown' };
  if (isDone) return { kind: 'normal' };
  return crash('thread_gone', `exited with ${said} and did not say that it was done`);
}

/** Terminated by us, with a complete error. */
function isOutOfMemory(error: unknown): error is SealvisorError {
  return error instanceof SealvisorError && error.code === 'thread_out_of_memory';
}
