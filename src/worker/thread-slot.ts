/** One sealing thread over all its incarnations: what it shows, and who may speak to it now. */
import type { ThreadEvent } from '../../machines/sealing-thread.js';
import type { Child, Exit, NodeFacts } from '../actors/index.js';
import { timestamp } from '../protocol/clock.js';
import { messageOf, SealvisorError } from '../protocol/errors.js';
import type { HistoryRow, Progress, ThreadMode, ThreadView } from '../protocol/thread.js';
import { type RemoteThread, startThread } from '../threads/remote.js';
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
  /** Lets the running stage end, at most `graceMs`; nothing is started again from here on. */
  drain(graceMs: number): Promise<void>;
}

const entry = new URL(import.meta.resolve('#src/worker/thread-main.js'));
/** What a thread allocates is short-lived: a small nursery costs no time and saves 1.7 MiB a thread (npm run bench). */
export const resourceLimits = { maxYoungGenerationSizeMb: 2 };
const firstViewMs = 5000;

export function createThreadSlot(
  setup: ThreadSetup,
  services: (name: string, args: readonly unknown[]) => Promise<unknown>,
  news: SlotNews,
): SupervisedSlot {
  const name = `thread #${setup.index}`;
  let incarnation = 0;
  let present: RemoteThread | undefined;
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

  const start = async () => {
    const mine = ++incarnation;
    let hasShown = false;
    const fresh = (event: ThreadNews) => {
      if (mine !== incarnation) return;
      if (event.type === 'view') {
        hasShown = true;
        show(event.view);
      } else if (event.type === 'row') news.onRow(event.row);
      else if (event.type === 'progress') show({ ...shown, progress: event.progress });
    };
    const thread = await startThread<ThreadNews>({
      entry,
      data: setup,
      incarnation: mine,
      name,
      services,
      onEvent: fresh,
      resourceLimits,
    });
    present = thread;
    let asked: 'shutdown' | 'killed' | undefined;
    try {
      const first = await thread.call<ThreadView>('view', [], firstViewMs);
      // The answer comes through another port than the news, which may be newer.
      if (!hasShown) show(first);
    } catch (error) {
      // It came up and does not answer: it must not seal on unseen, nor keep its location from the next.
      present = undefined;
      thread.terminate();
      await thread.exited;
      throw error;
    }
    news.onStarted(mine);
    const exited = thread.exited.then(({ error, said }): Exit => {
      if (present === thread) present = undefined;
      if (asked) return { kind: asked };
      const reason = error === undefined ? `exited with ${said}` : messageOf(error);
      lastExit = reason;
      news.onExited(reason);
      overlay('restarting', reason);
      news.onRestarting();
      return { kind: 'crash', error: error ?? new Error(`${name} ${reason}`) };
    });
    const end = (how: 'shutdown' | 'killed') => {
      asked ??= how;
      thread.terminate();
    };
    return {
      exited,
      stop: () => end('shutdown'),
      kill: () => end('killed'),
      facts: (): NodeFacts => ({ threadId: thread.threadId }),
    };
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
    drain: async (graceMs) => {
      isStopping = true;
      await present?.call<void>('stop', [], Math.max(graceMs, 1)).catch(() => undefined);
    },
  };
}
