/** `util worker pause --wait`: until the thread stands still. */
import { setTimeout as delay } from 'node:timers/promises';
import { parseDuration } from '../../src/protocol/duration.js';
import { SealvisorError } from '../../src/protocol/errors.js';
import type { ControlReply, ThreadView } from '../../src/protocol/thread.js';

export interface Wait {
  readonly timeoutMs: number;
  readonly deadlineMs: number;
}

/** The first answer may take so long: what is in between may cut a silent connection off. */
const longestWaitMs = 30_000;
const everyMs = 500;

/** Undefined when nothing is waited for. @throws usage */
export function waitOf(options: { readonly wait?: boolean; readonly timeout?: string }): Wait | undefined {
  if (options.timeout !== undefined && options.wait !== true)
    throw new SealvisorError('usage', '--timeout is how long --wait waits: add --wait, or leave it out');
  if (options.wait !== true) return undefined;
  const timeoutMs = parseDuration(options.timeout ?? '10m');
  return { timeoutMs, deadlineMs: Date.now() + timeoutMs };
}

export function firstWaitMs({ timeoutMs }: Wait): number {
  return Math.min(timeoutMs, longestWaitMs);
}

/**
 * Looks at the thread until it is paused or the time is over: the reply's mode says which. The pause is not sent again:
 * a worker of the field would keep the second. @throws thread_failed, revision_conflict when it was taken back
 */
export async function untilPaused(
  worker: { thread(index: number): Promise<ThreadView> },
  first: ControlReply,
  { deadlineMs }: Wait,
): Promise<ControlReply> {
  const { index } = first;
  // A worker of the field tells neither revisions nor what was asked for.
  const tellsIntent = first.revision > 0;
  for (let reply = first; ; ) {
    if (reply.mode === 'paused') return reply;
    if (reply.mode === 'failed')
      throw new SealvisorError('thread_failed', `thread #${index} failed before it stood still: see the log`);
    if (tellsIntent && reply.intent === null && reply.mode !== 'restarting')
      throw new SealvisorError(
        'revision_conflict',
        `thread #${index} is ${reply.mode} again: someone took the pause back`,
      );
    const leftMs = deadlineMs - Date.now();
    if (leftMs <= 0) return reply;
    await delay(Math.min(everyMs, leftMs));
    const view = await worker.thread(index);
    reply = { ...view, changed: first.changed, message: `thread #${index} is ${view.mode} at ${view.state}` };
  }
}
