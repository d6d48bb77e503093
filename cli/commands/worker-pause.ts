import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { parseDuration } from '../../src/protocol/duration.js';
import { SealvisorError } from '../../src/protocol/errors.js';
import { humanDuration } from '../../src/protocol/human-time.js';
import type { ControlReply } from '../../src/protocol/thread.js';
import { answerControl, answerJson, exitCodes, fail, tell } from '../output/say.js';
import { askAt, baseOf, commandMs, operator, type ThreadOptions, threadPath } from './worker-ask.js';

export interface PauseOptions extends ThreadOptions {
  readonly now?: boolean;
  readonly freeze?: boolean;
  readonly wait?: boolean;
  readonly timeout?: string;
  readonly revision?: number;
}

/** One request waits no longer than this: what is in between may cut a silent connection off. */
const longestWaitMs = 30_000;
/** Least time from one request to the next, for a worker that does not wait. */
const leastMs = 250;

/** Pauses a thread; with `wait` until it stands still, Ctrl-C or the timeout. The pause stays asked for in any case. */
export async function pause(options: PauseOptions): Promise<void> {
  const waits = options.wait === true;
  if (options.timeout !== undefined && !waits)
    throw new SealvisorError('usage', '--timeout is how long --wait waits: add --wait, or leave it out');
  const timeoutMs = parseDuration(options.timeout ?? '10m');
  const base = await baseOf(options);
  const path = `${threadPath(options.index)}/pause`;
  const body = {
    how: options.freeze ? 'freeze' : options.now ? 'now' : 'after-stage',
    reason: options.reason,
    by: operator(),
    // Sent again, it is the same command.
    id: randomUUID(),
    ifRevision: options.revision,
  };
  if (!waits) {
    answerControl(await askAt<ControlReply>(base, 'POST', path, body), options.json === true);
    return;
  }
  const onInterrupt = () => {
    tell(`${stays(options.index)}; \`list\` shows when it holds`);
    process.exit(130);
  };
  process.on('SIGINT', onInterrupt);
  try {
    await untilPaused(options, timeoutMs, (waitMs) =>
      askAt<ControlReply>(base, 'POST', path, { ...body, waitMs }, waitMs + commandMs),
    );
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

const stays = (index: number) => `the pause of thread #${index} stays asked for`;

async function untilPaused(
  { index, json = false }: PauseOptions,
  timeoutMs: number,
  send: (waitMs: number) => Promise<ControlReply>,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let [reply, isFirst, changed] = [undefined as ControlReply | undefined, true, false];
  for (;;) {
    const sentMs = Date.now();
    reply = await send(Math.max(0, Math.min(longestWaitMs, deadline - sentMs)));
    changed ||= reply.changed;
    if (reply.mode === 'paused') return answerControl({ ...reply, changed }, json);
    if (reply.mode === 'failed')
      throw new SealvisorError(
        'thread_failed',
        `thread #${index} failed before it stood still: \`why --index ${index}\` says what is in the way`,
      );
    const isTakenBack = reply.intent === null && reply.mode !== 'restarting';
    if (isTakenBack)
      throw new SealvisorError(
        'revision_conflict',
        `thread #${index} is ${reply.mode} again: someone took the pause back; see \`history --index ${index}\``,
      );
    if (Date.now() >= deadline) break;
    if (isFirst && !json) tell(reply.message);
    isFirst = false;
    await delay(Math.max(0, sentMs + leastMs - Date.now()));
  }
  if (json) answerJson({ ...reply, changed });
  const late = `thread #${index} did not stand still within ${humanDuration(timeoutMs)}: ${stays(index)}, and holds when ${reply.stage} is done`;
  fail(new SealvisorError('deadline_exceeded', late));
  // The worker was reached: this is no 4.
  process.exitCode = exitCodes.failed;
}
