/** What a resume at an upstream worker did: it answers `true` even if it ignores the command. Pure. */

import type { ThreadView } from '../protocol/thread.js';
import { elapsedSeconds, errorText } from '../protocol/upstream-thread.js';

export interface AfterResume {
  readonly changed: boolean;
  readonly message: string;
}

/** A thread as reported, and when. */
export interface Seen {
  readonly view: ThreadView;
  readonly nowMs: number;
}

/** `state`: where the thread should resume, null = at its current state. */
export function afterResume(worker: string, first: Seen, last: Seen, state: string | null): AfterResume {
  const [before, after] = [first.view, last.view];
  const thread = `thread #${after.index}`;
  const took = `${worker} took the resume of ${thread}`;
  const isMoved = after.state !== before.state;
  if (before.mode !== 'paused') {
    if (isMoved && after.state === state) return { changed: true, message: `${took}: it is at ${state}` };
    const message = `${worker} answered true, but ${thread} was not paused, and nothing changed: it is ${after.mode} at ${after.state}`;
    return { changed: false, message };
  }
  if (after.mode !== 'paused') {
    const isRefused = state !== null && after.state !== state && !isMoved;
    const other = isRefused ? `, not at ${state}: the worker did not take that state` : '';
    return { changed: true, message: `${took}: it is ${after.mode} at ${after.state}${other}` };
  }
  // A pause that is shorter than before is a new one.
  const isAnother = elapsedSeconds(after, last.nowMs) < elapsedSeconds(before, first.nowMs);
  const error = errorText(after);
  if (isMoved || isAnother || error !== errorText(before)) {
    const why = error === null ? '' : `: ${error}`;
    return { changed: true, message: `${took}: it is paused again at ${after.state}${why}` };
  }
  const why = state === null ? '' : `; it may not know the state ${state}, or be in it already`;
  const message = `${worker} answered true, but ${thread} is still paused at ${after.state}${why}: see the worker's log, or \`util worker info ${worker}\` in a moment`;
  return { changed: false, message };
}
