/** Calls to a thread that is blocked by its disk: they are refused at once, not at their deadline. */
import { systemClock } from '../../actors/index.js';
import { SealvisorError } from '../../protocol/errors.js';
import type { ThreadDisk } from '../../protocol/thread.js';
import type { ThreadChild } from '../../threads/index.js';

export interface HeldUp {
  /** Whether the thread's event loop may be blocked by its disk, rather than hung. */
  is(): boolean;
  /** The answer, unless the thread is found to be blocked before the answer arrives. @throws disk_hung */
  before<T>(answer: Promise<T>): Promise<T>;
  /** Rejects all pending calls if the thread is blocked now. */
  look(): void;
}

/** A thread with a younger heartbeat is not blocked, ms: if its disk is known to hang; if it is only seen in disk sleep. */
const [silentMs, asleepMs] = [400, 1500];
/** When a call to a thread whose disk hangs is checked again, ms: it may be the first call that writes there. */
const lookAfterMs = 600;

/** `disk`: the disk that does not answer, if any. */
export function heldUp(
  name: string,
  thread: () => Pick<ThreadChild, 'stats' | 'isInDiskSleep'> | undefined,
  disk: () => ThreadDisk | null,
): HeldUp {
  const waiting = new Set<(reason: SealvisorError) => void>();
  const cause = (): SealvisorError | undefined => {
    const present = thread();
    const hung = disk();
    const ageMs = present?.stats().heartbeatAgeMs ?? 0;
    if (!present || ageMs < (hung ? silentMs : asleepMs)) return undefined;
    if (hung === null && !present.isInDiskSleep) return undefined;
    const what = hung ? `the disk of ${hung.path}, which has not answered since ${hung.since}` : 'its disk';
    return new SealvisorError(
      'disk_hung',
      `${name} waits for ${what}: check the disk; a command that was given meanwhile may take effect when it answers`,
      { data: hung ? { path: hung.path, since: hung.since } : {} },
    );
  };
  const look = () => {
    if (waiting.size === 0) return;
    const held = cause();
    if (held) for (const reject of waiting) reject(held);
  };
  return {
    look,
    is: () => disk() !== null,
    before: (answer) => {
      const held = cause();
      if (held) {
        // The caller no longer waits for the answer.
        answer.catch(() => undefined);
        return Promise.reject(held);
      }
      return new Promise((resolve, reject) => {
        waiting.add(reject);
        const timer = disk() === null ? undefined : systemClock.setTimeout(look, lookAfterMs);
        void answer.then(resolve, reject).finally(() => {
          waiting.delete(reject);
          systemClock.clearTimeout(timer);
        });
      });
    },
  };
}
