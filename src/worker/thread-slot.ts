/** One sealing thread over all its incarnations: what it shows, and who may speak to it now. */
import type { ThreadEvent } from '../../machines/thread-words.js';
import type { Child, NodeFacts } from '../actors/index.js';
import { timestamp } from '../protocol/clock.js';
import { messageOf, SealvisorError } from '../protocol/errors.js';
import type { HistoryRow, Progress, ThreadMode, ThreadView } from '../protocol/thread.js';
import { type SpareThreads, spareThreads, type ThreadChild, threadChild } from '../threads/index.js';
import { blankView } from './blank-view.js';
import type { ThreadNews, ThreadSetup } from './thread-setup.js';

export interface SlotNews {
  onStarted(incarnation: number): void;
  onExited(reason: string): void;
  onRestarting(): void;
  onFailed(reason: string): void;
  onView(view: ThreadView): void;
  onRow(row: HistoryRow): void;
  /** The child process that works for the thread now. */
  processorPid(): number | null;
}

/** What became of an event. */
export interface Outcome {
  readonly changed: boolean;
  readonly view: ThreadView;
}

export interface ThreadSlot {
  readonly index: number;
  view(): ThreadView;
  call<T>(verb: string, args: readonly unknown[], deadlineMs: number): Promise<T>;
  /** Sends the machine an event; the view it answers with is shown from then on. */
  send(event: ThreadEvent, deadlineMs: number): Promise<Outcome>;
}

/** The slot as its supervisor handles it. */
export interface SupervisedSlot extends ThreadSlot {
  readonly name: string;
  /** Starts the next incarnation from the thread's record. */
  start(): Promise<Child & { facts(): NodeFacts }>;
  /** Why the thread is failed; undefined while it is not. */
  failure(): string | undefined;
  /** It keeps ending: it stands still, visible, until it is started by hand. */
  park(reason: string): void;
  unpark(): void;
  lastExit(): string;
  progress(progress: Progress): void;
  /** Lets the running stage end, at most `graceMs`, then ends the thread; it is not started again. */
  drain(graceMs: number): Promise<void>;
}

const entry = new URL(import.meta.resolve('#src/worker/thread-main.js'));
/**
 * What a thread allocates is short-lived: a small nursery costs no time and saves 1.7 MiB a thread (npm run bench).
 * Sectors are streamed, so a heap that grows to this size is a fault; only the thread ends by it.
 */
export const resourceLimits = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 256 };
/** A worker that stops has drained its threads already: what still works then is over its time. */
const graceMs = 100;
const firstViewMs = 5000;

/** Booted threads for any of a worker's slots. */
export function sparesOf(count: number): SpareThreads {
  return spareThreads({ entry, count, resourceLimits });
}

export function createThreadSlot(
  setup: ThreadSetup,
  services: (name: string, args: readonly unknown[]) => Promise<unknown>,
  news: SlotNews,
  spares?: SpareThreads,
): SupervisedSlot {
  const name = `thread #${setup.index}`;
  let incarnation = 0;
  let hasShown = false;
  let present: ThreadChild | undefined;
  let failure: string | undefined;
  let lastExit = 'it did not start';
  let isStopping = false;
  let shown = blankView(setup);

  const show = (view: ThreadView) => {
    shown = view;
    news.onView(view);
  };
  const overlay = (mode: ThreadMode, reason: string) => {
    const at = timestamp(Date.now());
    const lastError = { level: 'critical', message: reason, stage: shown.stage, at } as const;
    show({ ...shown, mode, incarnation, since: at, progress: null, processor: null, lastError });
  };

  const launch = threadChild<ThreadNews>({
    entry,
    data: setup,
    name,
    services,
    resourceLimits,
    graceMs,
    ...(spares ? { spares } : {}),
    onEvent: (event, from) => {
      if (from !== incarnation) return;
      if (event.type === 'view') {
        hasShown = true;
        show(event.view);
      } else if (event.type === 'row') news.onRow(event.row);
      else if (event.type === 'progress') show({ ...shown, progress: event.progress });
    },
  });

  const start = async () => {
    incarnation += 1;
    hasShown = false;
    const thread = await launch();
    present = thread;
    try {
      const first = await thread.call<ThreadView>('view', [], firstViewMs);
      // The answer comes through another port than the news, which may be newer.
      if (!hasShown) show(first);
    } catch (error) {
      // It came up and does not answer: it must not seal on unseen, nor keep its location from the next.
      present = undefined;
      thread.kill();
      await thread.exited;
      throw error;
    }
    news.onStarted(incarnation);
    void thread.exited.then((exit) => {
      if (present === thread) present = undefined;
      if (exit.kind !== 'crash') return;
      lastExit = reasonOf(exit.error, name);
      news.onExited(lastExit);
      overlay('restarting', lastExit);
      news.onRestarting();
    });
    return Object.assign(thread, {
      facts: (): NodeFacts => {
        const { heartbeatAgeMs, heapBytes } = thread.stats();
        return { threadId: thread.threadId, heartbeatAgeMs, heapBytes };
      },
    });
  };

  const call = async <T>(verb: string, args: readonly unknown[], deadlineMs: number) => {
    if (failure !== undefined)
      throw new SealvisorError(
        'thread_failed',
        `${name} is failed (${failure}): mend the cause, then \`venus-worker worker restart --index ${setup.index}\``,
      );
    if (!present)
      throw new SealvisorError('thread_gone', `${name} is being started again: try once more in a moment`);
    return present.call<T>(verb, args, deadlineMs);
  };

  return {
    index: setup.index,
    name,
    view: () =>
      shown.processor ? { ...shown, processor: { ...shown.processor, pid: news.processorPid() } } : shown,
    call,
    send: async (event, deadlineMs) => {
      const outcome = await call<Outcome>('send', [event], deadlineMs);
      // The news of it may still be on its way: who asks next sees no less than this answer said.
      if (outcome.view.revision > shown.revision) show(outcome.view);
      return outcome;
    },
    start: () =>
      start().catch((error: unknown) => {
        lastExit = messageOf(error);
        throw error;
      }),
    failure: () => failure,
    park: (reason) => {
      if (isStopping || failure !== undefined) return;
      failure = reason;
      overlay('failed', reason);
      news.onFailed(reason);
    },
    unpark: () => {
      failure = undefined;
    },
    lastExit: () => lastExit,
    progress: (progress) => show({ ...shown, progress }),
    drain: async (stageMs) => {
      isStopping = true;
      const thread = present;
      await thread?.call<void>('stop', [], Math.max(stageMs, 1)).catch(() => undefined);
      // Here and not by the supervisor, which would end one thread after the other.
      await thread?.stop();
    },
  };
}

/** Why a thread ended, without its name. */
function reasonOf(error: unknown, name: string): string {
  const { code, cause } = error instanceof SealvisorError ? error : { code: undefined, cause: undefined };
  if (code === 'thread_gone' && cause !== undefined) return messageOf(cause);
  return messageOf(error).replace(`${name} `, '');
}
