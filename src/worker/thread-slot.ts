/** One sealing thread over all its incarnations: started from its record, started again when it dies, parked when it keeps dying. */
import type { ThreadEvent } from '../../machines/sealing-thread.js';
import { type Exit, type Supervisor, startSupervisor } from '../actors/index.js';
import { timestamp } from '../protocol/clock.js';
import { messageOf, SealvisorError } from '../protocol/errors.js';
import type { HistoryRow, PlanName, ThreadMode, ThreadView } from '../protocol/thread.js';
import { type RemoteThread, startThread } from '../threads/remote.js';
import type { ThreadNews, ThreadSetup } from './thread-setup.js';

export interface SlotNews {
  onStarted(incarnation: number): void;
  onExited(reason: string): void;
  onRestarting(): void;
  onFailed(reason: string): void;
  onView(view: ThreadView): void;
  onRow(row: HistoryRow): void;
}

export interface ThreadSlot {
  readonly index: number;
  view(): ThreadView;
  call<T>(verb: string, args: readonly unknown[], deadlineMs: number): Promise<T>;
  /** Sends the machine an event; the view it answers with is shown from then on. */
  send(event: ThreadEvent, deadlineMs: number): Promise<Outcome>;
  /** Lets the running stage end, at most `graceMs`; then the thread is ended. Safe twice. */
  stop(graceMs: number): Promise<void>;
}

// By the package's own name for it: this module may run from a bundle that lies elsewhere.
/** What became of an event. */
export interface Outcome {
  readonly changed: boolean;
  readonly view: ThreadView;
}

const entry = new URL(import.meta.resolve('#src/worker/thread-main.js'));
/** What a thread allocates is short-lived: a small nursery costs no time and saves 1.7 MiB a thread (npm run bench). */
export const resourceLimits = { maxYoungGenerationSizeMb: 2 };
const intensity = 5;
const periodMs = 60_000;
const backoff = { minMs: 100, maxMs: 10_000 };

export async function startThreadSlot(
  setup: ThreadSetup,
  services: (name: string, args: readonly unknown[]) => Promise<unknown>,
  news: SlotNews,
): Promise<ThreadSlot> {
  const name = `thread #${setup.index}`;
  let incarnation = 0;
  let present: RemoteThread | undefined;
  let supervisor: Supervisor | undefined;
  let failure: string | undefined;
  let lastExit = 'it did not start';
  let isStopping = false;
  let graceMs = 0;
  let shown = blankView(setup);

  const show = (view: ThreadView) => {
    shown = view;
    news.onView(view);
  };
  const overlay = (mode: ThreadMode, reason: string) =>
    show({
      ...shown,
      mode,
      incarnation,
      since: timestamp(Date.now()),
      progress: null,
      processor: null,
      lastError: {
        level: 'critical',
        message: reason,
        stage: shown.stage,
        at: timestamp(Date.now()),
      },
    });
  const park = (reason: string) => {
    if (isStopping || failure !== undefined) return;
    failure = reason;
    overlay('failed', reason);
    news.onFailed(reason);
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
    let wasAsked = false;
    try {
      const first = await thread.call<ThreadView>('view', [], 5000);
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
      present = undefined;
      if (wasAsked) return { kind: 'shutdown' };
      const reason = error === undefined ? `exited with ${said}` : messageOf(error);
      lastExit = reason;
      news.onExited(reason);
      overlay('restarting', reason);
      news.onRestarting();
      return { kind: 'crash', error: error ?? new Error(`${name} ${reason}`) };
    });
    return {
      exited,
      stop: async () => {
        wasAsked = true;
        await thread.call<void>('stop', [], Math.max(graceMs, 1)).catch(() => undefined);
        thread.terminate();
      },
      kill: () => {
        wasAsked = true;
        thread.terminate();
      },
    };
  };

  const startOrTell = async () => {
    try {
      return await start();
    } catch (error) {
      lastExit = messageOf(error);
      throw error;
    }
  };

  try {
    supervisor = await startSupervisor({
      intensity,
      periodMs,
      backoff,
      children: [{ id: name, start: startOrTell, restart: 'permanent', shutdown: 'infinity' }],
    });
    void supervisor.exited.then(() =>
      park(`it ended more than ${intensity} times within ${periodMs / 1000} s, at last: ${lastExit}`),
    );
  } catch (thrown) {
    park(messageOf(thrown));
  }

  const call = async <T>(verb: string, args: readonly unknown[], deadlineMs: number) => {
    if (failure !== undefined)
      throw new SealvisorError(
        'thread_failed',
        `${name} is failed (${failure}): mend the cause, then restart the worker`,
      );
    if (!present)
      throw new SealvisorError('thread_gone', `${name} is being started again: try once more in a moment`);
    return present.call<T>(verb, args, deadlineMs);
  };

  return {
    index: setup.index,
    view: () => shown,
    call,
    send: async (event, deadlineMs) => {
      const outcome = await call<Outcome>('send', [event], deadlineMs);
      // The news of it may still be on its way: who asks next sees no less than this answer said.
      if (outcome.view.revision > shown.revision) show(outcome.view);
      return outcome;
    },
    stop: async (grace) => {
      isStopping = true;
      graceMs = grace;
      await supervisor?.stop();
    },
  };
}

function blankView(setup: ThreadSetup): ThreadView {
  return {
    index: setup.index,
    location: setup.location,
    // Checked by the configuration.
    plan: setup.plan as PlanName,
    incarnation: 0,
    revision: 0,
    sector: null,
    state: 'Empty',
    stage: '-',
    mode: 'idle',
    since: timestamp(Date.now()),
    intent: null,
    lastError: null,
    tries: null,
    waitingFor: null,
    processor: null,
    progress: null,
    possible: [],
  };
}
