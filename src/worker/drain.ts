/** A drain: every thread is brought to where it may be left, and resumes when the drain is lifted. */
import type { Drain, DrainWish } from '../../machines/worker-record.js';
import { type Clock, systemClock } from '../actors/index.js';
import { timestamp } from '../protocol/clock.js';
import { faultFields } from '../protocol/events/event.js';
import type { Emit } from '../protocol/events/table.js';
import { isEmpty, type ThreadView } from '../protocol/thread.js';
import type { DrainView } from '../protocol/worker.js';
import type { ThreadControl } from './control.js';

export interface Drainer {
  /** The drain that is in force changed: from `before` to `drain`. */
  apply(drain: Drain | null, before: Drain | null): void;
  /** A thread came up: a drain that is in force holds for it, too. */
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

/** The reason that stands in the threads' intents. */
export function drainReason({ reason }: DrainWish): string {
  return reason === null ? 'drain' : `drain: ${reason}`;
}

/** Whether the drain has this thread where it wants it; past its deadline that is where it stands. */
export function isDrained(view: ThreadView, drain: Drain): boolean {
  if (view.mode === 'failed') return true;
  if (!drain.toFinish) return view.mode === 'paused';
  return isEmpty(view) || (view.mode === 'paused' && isPausedBy(drain, view));
}

/** Whether the pause is the drain's own, or of one that it took the place of. */
function isPausedBy(drain: Drain, { intent }: ThreadView): boolean {
  const wishes: readonly DrainWish[] = [drain, ...(drain.earlier ?? [])];
  if (intent === null) return false;
  return wishes.some((wish) => {
    if (wish.pauseId !== undefined) return intent.drain === wish.pauseId;
    // A drain of before its pauses were marked knows them by their text.
    return intent.drain === undefined && intent.by === wish.by && intent.reason === drainReason(wish);
  });
}

/** Its stage failed while the pause waited for it: it stands for that. */
function hasFailedSince({ intent, lastError }: ThreadView): boolean {
  if (intent === null || lastError === null || lastError.level === 'temporary') return false;
  return lastError.at >= intent.at;
}

export function drainView(drain: Drain, views: readonly ThreadView[]): DrainView {
  const { by, reason, at, toFinish, deadlineMs } = drain;
  const left = views.filter((view) => !isDrained(view, drain));
  // Past its deadline: where it wants them, but not at the end of their sector.
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
    // A pause that another has asked for, and that has not taken hold yet, stays theirs.
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
