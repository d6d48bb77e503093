/** Keeps a job at the manager by repeated heartbeats while the thread works on it (docs/spec.md#plans, wdpost). */

import { planNamed, planState } from '../../../machines/index.js';
import { jobIdOf, type ThreadRecord } from '../../../machines/thread-record.js';
import { every } from '../../actors/system-clock.js';
import { isRefusal, messageOf } from '../../protocol/errors.js';

export interface JobHeartbeatOptions {
  beat(jobId: string): Promise<void>;
  /** The manager cancelled the job or gave it to another worker. */
  onTaken(jobId: string, reason: string): void;
  /** Interval of the heartbeats, ms; the same as upstream's worker. @default 3000 */
  readonly everyMs?: number;
}

export interface JobHeartbeat {
  /** The thread's record has changed: its job is kept during stages that need a processor, unless the thread is paused. */
  follow(record: ThreadRecord): void;
  stop(): void;
}

export function jobHeartbeat({ beat, onTaken, everyMs = 3000 }: JobHeartbeatOptions): JobHeartbeat {
  let kept: string | null = null;
  let stopTelling: () => void = () => undefined;
  const keep = (id: string | null) => {
    if (id === kept) return;
    stopTelling();
    kept = id;
    stopTelling = () => undefined;
    if (id === null) return;
    const tell = () =>
      void beat(id).catch((error: unknown) => {
        // Other failures are ignored: the next heartbeat may get through.
        if (isRefusal(error) && kept === id) onTaken(id, messageOf(error));
      });
    stopTelling = every(everyMs, tell);
    tell();
  };
  return {
    follow: (record) => {
      const plan = planNamed(record.plan);
      const isProving = plan !== undefined && planState(plan, record.state)?.processor !== undefined;
      keep(isProving && !record.isPaused ? jobIdOf(record) : null);
    },
    stop: () => keep(null),
  };
}
