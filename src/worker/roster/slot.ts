/** One sealing thread over all its incarnations: what it shows, and who may speak to it now. */

import type { NodeFacts } from '../../actors/index.js';
import { systemClock } from '../../actors/index.js';
import type { ThreadConfig } from '../../config/worker-config.js';
import { timestamp } from '../../protocol/clock.js';
import { messageOf, SealvisorError } from '../../protocol/errors.js';
import type { CommandOutcome, Progress, ThreadMode, ThreadView } from '../../protocol/thread.js';
import { type SpareThreads, spareThreads, type ThreadChild, threadChild } from '../../threads/index.js';
import type { ThreadNews, ThreadSetup } from '../border/setup.js';
import { mayPass } from '../roots/location-check.js';
import { type Abandonable, abandonable } from './abandoned.js';
import { blankView } from './blank-view.js';
import { heldUp } from './held-up.js';
import { shownView } from './shown-view.js';
import type { SlotNews, SupervisedSlot } from './words.js';

export type { SlotNews, SupervisedSlot, ThreadSlot } from './words.js';

const entry = new URL(import.meta.resolve('#src/worker/thread/entry.cjs'));
/**
 * What a thread allocates is short-lived: a small nursery costs no time and saves 1.7 MiB a thread (npm run bench).
 * Sectors are streamed, so a heap that grows to this size is a fault; only the thread ends by it.
 */
export const resourceLimits = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 256 };
/** A worker that stops has drained its threads already: what still works then is over its time. */
const graceMs = 100;
const silentMs = 1000;
const firstViewMs = 5000;
const noteMs = 5000;

/** Booted threads for any of a worker's slots. */
export function sparesOf(count: number): SpareThreads {
  return spareThreads({ entry, count, resourceLimits });
}

/** `setup` is made anew for each start. */
export function createThreadSlot(
  configured: Pick<ThreadConfig, 'index' | 'location' | 'plan'>,
  setup: () => ThreadSetup,
  services: (name: string, args: readonly unknown[]) => Promise<unknown>,
  news: SlotNews,
  spares?: SpareThreads,
  /** Before each start. @throws when the thread cannot be started */
  prepare: () => Promise<void> = async () => undefined,
): SupervisedSlot {
  const { index, location } = configured;
  const name = `thread #${index}`;
  let incarnation = 0;
  let hasShown = false;
  let present: ThreadChild | undefined;
  let ending: Abandonable | undefined;
  let seenDisk: string | undefined;
  let failure: string | undefined;
  let lastExit = 'it did not start';
  let isStopping = false;
  let isDiskMissing = false;
  const shown = shownView(blankView(configured), news.overlay, news.onView);
  const arrivals = new Set<() => void>();
  const held = heldUp(name, () => present, news.disk);

  const standIn = (mode: ThreadMode, reason: string) => {
    const at = timestamp(Date.now());
    const last = shown.last();
    const lastError = { level: 'critical', message: reason, stage: last.stage, at } as const;
    shown.show({ ...last, mode, incarnation, since: at, progress: null, processor: null, lastError });
  };
  const showProgress = (progress: Progress) => shown.show({ ...shown.last(), progress });
  const arrived = () => {
    for (const look of arrivals) look();
    arrivals.clear();
  };

  const launch = threadChild<ThreadNews>({
    entry,
    data: setup,
    name,
    services,
    resourceLimits,
    graceMs,
    isHeldUp: held.is,
    ...(spares ? { spares } : {}),
    onEvent: (event, from) => {
      if (from !== incarnation) return;
      if (event.type === 'view') {
        hasShown = true;
        shown.show(event.view);
      } else if (event.type === 'row') news.onRow(event.row);
      else if (event.type === 'warning') news.onWarning(event.line);
      else if (event.type === 'progress') showProgress(event.progress);
    },
  });

  const start = async () => {
    // What is not launched is no incarnation: the thread counts its own.
    await prepare();
    const before = incarnation > 0 ? lastExit : undefined;
    incarnation += 1;
    hasShown = false;
    const thread = await launch();
    present = thread;
    try {
      const view = await thread.call<ThreadView>('view', [], firstViewMs);
      // The answer comes through another port than the news, which may be newer.
      if (!hasShown) shown.show(view);
    } catch (error) {
      // It came up and does not answer: it must not seal on unseen, nor keep its location from the next.
      present = undefined;
      thread.kill();
      await thread.exited;
      throw error;
    }
    news.onStarted(incarnation);
    arrived();
    if (before !== undefined)
      // Nothing hangs on it: a thread that dies again is told of by its next start.
      thread.call('note', ['Restarted', `started again after: ${before}`], noteMs).catch(() => undefined);
    void thread.exited.then((exit) => {
      if (present === thread) present = undefined;
      news.onGone(shown.last());
      if (exit.kind !== 'crash') return;
      lastExit = reasonOf(exit.error, name);
      news.onExited(lastExit);
      standIn('restarting', lastExit);
      news.onRestarting();
    });
    ending = abandonable(thread);
    const facts = (): NodeFacts => {
      const { heartbeatAgeMs, heapBytes } = thread.stats();
      return { threadId: thread.threadId, heartbeatAgeMs, heapBytes };
    };
    return { ...ending.child, facts };
  };

  const call = async <T>(verb: string, args: readonly unknown[], deadlineMs: number) => {
    if (failure !== undefined)
      throw new SealvisorError(
        'thread_failed',
        `${name} is failed (${failure}): mend the cause, then \`venus-worker worker restart --index ${index}\``,
      );
    if (!present)
      throw new SealvisorError('thread_gone', `${name} is being started again: try once more in a moment`);
    return held.before(present.call<T>(verb, args, deadlineMs));
  };
  /** Resolves when there is a thread to speak to, or none to wait for, or the time is over. */
  const arrival = (ms: number) =>
    present || failure !== undefined || isStopping
      ? Promise.resolve()
      : new Promise<void>((resolve) => {
          const timer = systemClock.setTimeout(resolve, ms);
          arrivals.add(() => {
            systemClock.clearTimeout(timer);
            resolve();
          });
        });

  return {
    index,
    location,
    name,
    view: shown.view,
    until: shown.until,
    call,
    obey: async (command, options, deadlineMs) => {
      if (isStopping)
        throw new SealvisorError('shutting_down', `${name} is leaving: it ends when its stage is done`);
      const startedMs = performance.now();
      await arrival(deadlineMs);
      const leftMs = Math.max(1, deadlineMs - (performance.now() - startedMs));
      const outcome = await call<CommandOutcome>('obey', [command, options], leftMs);
      // The news of it may still be on its way: who asks next sees no less than this answer said.
      if (outcome.view.revision > shown.last().revision) shown.show(outcome.view);
      return { ...outcome, view: news.overlay(outcome.view) };
    },
    start: () => {
      isDiskMissing = false;
      return start().catch((error: unknown) => {
        lastExit = messageOf(error);
        isDiskMissing = error instanceof SealvisorError && mayPass(error);
        throw error;
      });
    },
    isDiskMissing: () => isDiskMissing,
    failure: () => failure,
    park: (reason) => {
      if (isStopping || failure !== undefined) return;
      failure = reason;
      standIn('failed', reason);
      arrived();
      news.onFailed(reason);
    },
    unpark: () => {
      failure = undefined;
    },
    lastExit: () => lastExit,
    progress: showProgress,
    configure: (settings) => {
      // A thread that is not up is started with them.
      call('configure', [settings], noteMs).catch(() => undefined);
    },
    refresh: shown.refresh,
    reportAgain: () => {
      // A thread that is not up reports as it starts.
      call('reportAgain', [], noteMs).catch(() => undefined);
    },
    reportAsked: (id) => {
      call('reportAsked', [id], noteMs).catch(() => undefined);
    },
    isSilent: () => (present?.stats().heartbeatAgeMs ?? 0) > silentMs,
    disksSeen: () => {
      held.look();
      const since = news.disk()?.since;
      if (since !== seenDisk) shown.refresh();
      seenDisk = since;
    },
    drain: async (stageMs) => {
      isStopping = true;
      arrived();
      const thread = present;
      await thread?.call<void>('stop', [], Math.max(stageMs, 1)).catch(() => undefined);
      // Here and not by the supervisor, which would end one thread after the other.
      if (thread && (await ending?.stop()) === false)
        news.onWarning(`${name} cannot be ended: a call to its disk does not return; it is left behind`);
    },
  };
}

/** Why a thread ended, without its name. */
function reasonOf(error: unknown, name: string): string {
  const { code, cause } = error instanceof SealvisorError ? error : { code: undefined, cause: undefined };
  if (code === 'thread_gone' && cause !== undefined) return messageOf(cause);
  return messageOf(error).replace(`${name} `, '');
}
