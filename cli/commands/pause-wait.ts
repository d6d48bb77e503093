/** `pause --wait`: until the thread is paused, Ctrl-C or the timeout. The pause stays requested in any case. */
import { sleep } from '../../src/actors/system-clock.js';
import { SealvisorError } from '../../src/protocol/errors.js';
import { humanDuration } from '../../src/protocol/text/ages.js';
import { parseDuration } from '../../src/protocol/text/duration.js';
import type { ControlReply } from '../../src/protocol/thread.js';
import { answerControl, answerJson, exitCodes, fail, tell } from '../output/say.js';
import { longestWait } from './longest-wait.js';

export interface WaitOptions {
  readonly wait?: boolean;
  readonly timeout?: string;
}

/** How long to wait, ms; undefined when nothing is waited for. @throws usage */
export function waitOf({ wait, timeout }: WaitOptions): number | undefined {
  if (timeout !== undefined && wait !== true)
    throw new SealvisorError('usage', '--timeout is how long --wait waits: add --wait, or leave it out');
  return wait === true ? parseDuration(timeout ?? longestWait) : undefined;
}

export interface Pausing {
  readonly index: number;
  readonly json: boolean;
  readonly timeoutMs: number;
  /** Asks for the pause; the answer may wait so long. */
  first(waitMs: number): Promise<ControlReply>;
  /** What has become of it; the answer may wait so long. */
  next(waitMs: number, first: ControlReply): Promise<ControlReply>;
}

/** One request waits no longer than this: what is in between may cut a silent connection off. */
const longestWaitMs = 30_000;
/** Least time from one request to the next, for who does not wait. */
const leastMs = 250;

const stays = (index: number) => `the pause of thread #${index} stays requested`;

/** @throws thread_failed, revision_conflict when someone took the pause back */
export async function pauseAndWait(pausing: Pausing): Promise<void> {
  const onInterrupt = () => {
    tell(`${stays(pausing.index)}; \`list\` shows when it takes effect`);
    process.exit(130);
  };
  process.on('SIGINT', onInterrupt);
  try {
    await untilPaused(pausing);
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

async function untilPaused({ index, json, timeoutMs, first, next }: Pausing): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  const waitMs = () => Math.max(0, Math.floor(Math.min(longestWaitMs, deadline - performance.now())));
  let sentMs = performance.now();
  const asked = await first(waitMs());
  let reply = asked;
  for (;;) {
    if (reply.mode === 'paused') return answerControl({ ...reply, changed: asked.changed }, json);
    checkStillAsked(index, reply);
    if (performance.now() >= deadline) break;
    if (reply === asked && !json) tell(reply.message);
    await sleep(Math.max(0, Math.min(sentMs + leastMs, deadline) - performance.now()));
    sentMs = performance.now();
    reply = await next(waitMs(), asked);
  }
  if (json) answerJson({ ...reply, changed: asked.changed });
  const late = `thread #${index} was not paused within ${humanDuration(timeoutMs)}: ${stays(index)}, and takes effect when ${reply.stage} is done`;
  fail(new SealvisorError('deadline_exceeded', late));
  // The worker was reached: this is not exit code 4.
  process.exitCode = exitCodes.failed;
}

function checkStillAsked(index: number, { mode, intent, revision }: ControlReply): void {
  if (mode === 'failed')
    throw new SealvisorError(
      'thread_failed',
      `thread #${index} failed before it was paused: \`why --index ${index}\` says what is in the way`,
    );
  // An upstream worker reports neither revisions nor what was requested.
  if (revision > 0 && intent === null && mode !== 'restarting')
    throw new SealvisorError(
      'revision_conflict',
      `thread #${index} is ${mode} again: someone cancelled the pause; see \`history --index ${index}\``,
    );
}
