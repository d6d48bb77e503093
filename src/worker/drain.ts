/** A drain pauses each thread after its stage, or lets it finish its sector. Paused threads resume when the drain is lifted. */
import type { Drain, DrainWish } from '../../machines/worker-record.js';
import { type Clock, systemClock } from '../actors/index.js';
import { timestamp } from '../protocol/clock.js';
import { faultFields } from '../protocol/events/event.js';
import type { Emit } from '../protocol/events/table.js';
import { isEmpty, type ThreadView } from '../protocol/thread.js';
import type { DrainView } from '../protocol/worker.js';
import type { ThreadControl } from './control.js';

export interface Drainer {
  /** The current drain changed from `before` to `drain`. */
  apply(drain: Drain | null, before: Drain | null): void;
  /** A thread started: a current drain pauses it, too, unless the drain waits for the end of sectors. */
  threadStarted(index: number): void;
  stop(): void;
}

export interface DrainerOptions {
  threads(): readonly ThreadView[];
  pause: ThreadControl['pause'];
  resume: ThreadControl['resume'];
  readonly emit: Emit;
  /** @default the system's */
  readonly time?: { readonly clock: Clock; wall(): number };
}

const systemTime = { clock: systemClock, wall: () => Date.now() };

/** The reason in the threads' intents. */
export function drainReason({ reason }: DrainWish): string {
  return reason === null ? 'drain' : `drain: ${reason}`;
}

/** Whether the thread has reached the drain's goal; after the deadline a thread that the drain paused counts as drained. */
export function isDrained(view: ThreadView, drain: Drain): boolean {
  if (view.mode === 'failed') return true;
  if (!drain.toFinish) return view.mode === 'paused';
  return isEmpty(view) || (view.mode === 'paused' && isPausedBy(drain, view));
}

/** Whether the pause is from this drain or from an earlier one that it replaced. */
function isPausedBy(drain: Drain, { intent }: ThreadView): boolean {
  const wishes: readonly DrainWish[] = [drain, ...(drain.earlier ?? [])];
  if (intent === null) return false;
  return wishes.some((wish) => {
    if (wish.pauseId !== undefined) return intent.drain === wish.pauseId;
    // A record from before pauses carried the drain's id: they are matched by their text.
    return intent.drain === undefined && intent.by === wish.by && intent.reason === drainReason(wish);
  });
}

/** Whether its stage failed after the pause was requested: the thread then stays paused because of that failure. */
function hasFailedSince({ intent, lastError }: ThreadView): boolean {
  if (intent === null || lastError === null || lastError.level === 'temporary') return false;
  return lastError.at >= intent.at;
}

export function drainView(drain: Drain, views: readonly ThreadView[]): DrainView {
  const { by, reason, at, toFinish, deadlineMs } = drain;
  const left = views.filter((view) => !isDrained(view, drain));
  // After the deadline: paused by the drain, but their sector is not finished.
  const holding = toFinish ? views.filter((view) => isDrained(view, drain) && !isEmpty(view)) : [];
  return {
    by,
    reason,
    at,
    toFinish,
    deadline: deadlineMs === null ? null : timestamp(deadlineMs),
    done: views.length - left.length,
    of: views.length,
    ...(holding.length === 0
      ? {}
      : {
          holding: holding.map(({ index, sector, job, state }) => ({
            index,
            sector: sector?.id ?? job ?? null,
            state,
          })),
        }),
    left: left.map(({ index, sector, state, stage, mode }) => ({
      index,
      sector: sector?.id ?? null,
      state,
      stage,
      mode,
    })),
  };
}

export function drainer(options: DrainerOptions): Drainer {
  const { threads, pause, resume, emit, time = systemTime } = options;
  let inForce: Drain | null = null;
  let timer: unknown;

  const pauseOne = ({ index, intent }: ThreadView, drain: Drain, how: 'after-stage' | 'now') => {
    // A pause that somebody else requested and that has not taken effect yet stays theirs.
    const own = { by: drain.by, reason: drainReason(drain), drain: drain.pauseId };
    const { by, reason, drain: id } = intent ?? own;
    return pause(index, { how, by, reason: reason ?? undefined, drain: id }).catch((error: unknown) =>
      emit({ event: 'drain.threadNotPaused', thread: index, ...faultFields(error) }),
    );
  };
  const bringIn = (view: ThreadView, drain: Drain, how: 'after-stage' | 'now') => {
    if (!isDrained(view, drain)) void pauseOne(view, drain, how);
  };
  const letGo = async (view: ThreadView, drain: Drain) => {
    const { index } = view;
    if (!isPausedBy(drain, view) || hasFailedSince(view)) return;
    await resume(index, { by: drain.by, reason: 'the drain is lifted' }).catch((error: unknown) =>
      emit({ event: 'drain.threadNotResumed', thread: index, ...faultFields(error) }),
    );
  };
  const stopWaiting = () => {
    if (timer !== undefined) time.clock.clearTimeout(timer);
    timer = undefined;
  };
  const awaitDeadline = (drain: Drain) => {
    if (drain.deadlineMs === null) return;
    const due = () => {
      for (const view of threads()) bringIn(view, drain, 'now');
    };
    const leftMs = Math.max(0, drain.deadlineMs - time.wall());
    timer = time.clock.setTimeout(due, Math.min(leftMs, drain.withinMs ?? leftMs));
  };

  return {
    apply: (drain, before) => {
      stopWaiting();
      inForce = drain;
      if (before && (drain === null || drain.toFinish))
        for (const view of threads()) void letGo(view, before);
      if (drain === null) return;
      if (!drain.toFinish) for (const view of threads()) bringIn(view, drain, 'after-stage');
      awaitDeadline(drain);
    },
    threadStarted: (index) => {
      if (inForce === null || inForce.toFinish) return;
      const view = threads().find((each) => each.index === index);
      if (view) bringIn(view, inForce, 'after-stage');
    },
    stop: stopWaiting,
  };
}
