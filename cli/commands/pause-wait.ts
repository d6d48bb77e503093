/** `pause --wait`: waits until the thread is paused, Ctrl-C or the timeout. The pause stays requested in any case. */
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

/** How long to wait, ms; undefined without `--wait`. @throws usage */
export function waitOf({ wait, timeout }: WaitOptions): number | undefined {
  if (timeout !== undefined && wait !== true)
    throw new SealvisorError('usage', '--timeout is how long --wait waits: add --wait, or leave it out');
  return wait === true ? parseDuration(timeout ?? longestWait) : undefined;
}

export interface Pausing {
  readonly index: number;
  readonly json: boolean;
  readonly timeoutMs: number;
  /** Requests the pause; the answer may take `waitMs`. */
  first(waitMs: number): Promise<ControlReply>;
  /** Checks the pause again; the answer may take `waitMs`. */
  next(waitMs: number, first: ControlReply): Promise<ControlReply>;
}

/** Maximum wait of one request: a proxy in between may close a silent connection. */
const longestWaitMs = 30_000;
/** Minimum time between two requests, for a worker that answers without waiting. */
const leastMs = 250;

const stays = (index: number) => `the pause of thread #${index} stays requested`;

/** @throws thread_failed; revision_conflict when someone cancelled the pause */
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
  // The worker was reached, so this is not exit code 4.
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
