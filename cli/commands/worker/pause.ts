import { randomUUID } from 'node:crypto';
import type { ControlReply, ThreadView } from '../../../src/protocol/thread.js';
import { answerControl } from '../../output/say.js';
import { pauseAndWait, type WaitOptions, waitOf } from '../pause-wait.js';
import { askAt, baseOf, commandMs, isUpstream, operator, type ThreadOptions, threadPath } from './ask.js';

export interface PauseOptions extends ThreadOptions, WaitOptions {
  readonly now?: boolean;
  readonly freeze?: boolean;
  readonly revision?: number;
}

/** Pauses a thread; with `wait` waits until it is paused. */
export async function pause(options: PauseOptions): Promise<void> {
  const { index, json = false } = options;
  const timeoutMs = waitOf(options);
  const base = await baseOf(options);
  const path = `${threadPath(index)}/pause`;
  const body = {
    how: options.freeze ? 'freeze' : options.now ? 'now' : 'after-stage',
    reason: options.reason,
    by: operator(),
    // A repeated request is the same command.
    id: randomUUID(),
    ifRevision: options.revision,
  };
  const send = (waitMs?: number) =>
    askAt<ControlReply>(base, 'POST', path, { ...body, waitMs }, (waitMs ?? 0) + commandMs);
  if (timeoutMs === undefined) return answerControl(await send(), json);
  // An upstream worker would record a second pause, so its thread is polled instead.
  const look = async (first: ControlReply): Promise<ControlReply> => {
    const view = await askAt<ThreadView>(base, 'GET', threadPath(index));
    const message = `thread #${index} is ${view.mode} at ${view.state}`;
    return { ...view, changed: first.changed, message };
  };
  const next = (waitMs: number, first: ControlReply) => (isUpstream(base) ? look(first) : send(waitMs));
  await pauseAndWait({ index, json, timeoutMs, first: send, next });
}
