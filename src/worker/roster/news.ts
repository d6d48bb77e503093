/** What the worker does with the events of its threads. */

import type { WorkerEvent } from '../../../machines/worker.js';
import type { Emit } from '../../protocol/events/table.js';
import {
  type HistoryRow,
  isEmpty,
  type ReportRefused,
  type ThreadDisk,
  type ThreadView,
} from '../../protocol/thread.js';
import type { Desk } from '../desk/words.js';
import type { Drainer } from '../drain.js';
import type { EventHub } from '../event-hub.js';
import type { LargeAnswers } from '../processors/large-answers.js';
import type { Processors } from '../processors/processors.js';
import type { SlotNews } from './slot.js';

export interface SlotNewsDesk {
  send(event: WorkerEvent): void;
  readonly desk: Pick<Desk, 'drop' | 'waitingFor'>;
  readonly processors: Pick<Processors, 'leave' | 'shown' | 'workOf'>;
  readonly large: Pick<LargeAnswers, 'leave'>;
  readonly events: Pick<EventHub, 'publish'>;
  readonly drain: Pick<Drainer, 'threadStarted'>;
  /** The disk of the thread, if it does not answer; else null. */
  readonly diskOf: (index: number) => ThreadDisk | null;
  /** Why the manager refused the last report on that sector from that location. */
  readonly refusalOf: (location: string, sector: string) => ReportRefused | undefined;
  /** Why no thread takes a job now; null while they may. */
  readonly standsAside: () => string | null;
  readonly onRow: ((index: number, row: HistoryRow) => void) | undefined;
  readonly onView: ((view: ThreadView) => void) | undefined;
  readonly emit: Emit;
}

export function slotNews(index: number, parts: SlotNewsDesk): SlotNews {
  let said: string | undefined;
  /** Emits why the thread is idle: once per reason, and again after it has worked in between. */
  const tellIdle = ({ mode, stage, idle }: ThreadView) => {
    if (idle !== undefined && idle !== said)
      parts.emit({ event: 'thread.idle', thread: index, stage, reason: idle });
    if (idle !== undefined) said = idle;
    else if (mode !== 'idle' && mode !== 'running') said = undefined;
  };
  return {
    onStarted: (incarnation) => {
      const { send, drain } = parts;
      send({ type: 'thread.started', index, incarnation });
      drain.threadStarted(index);
    },
    onExited: (reason) => {
      const { send, emit } = parts;
      emit({ event: 'thread.ended', thread: index, reason });
      send({ type: 'thread.exited', index, reason });
    },
    onRestarting: () => parts.send({ type: 'thread.restarting', index }),
    onFailed: (reason) => {
      const { send, emit } = parts;
      emit({ event: 'thread.failed', thread: index, reason });
      send({ type: 'thread.failed', index, reason });
    },
    onGone: (last) => {
      const { desk, processors, large } = parts;
      processors.leave(index, last);
      large.leave(index);
      desk.drop(index);
    },
    onView: (view) => {
      const { events, processors, onView } = parts;
      // If its stage was cancelled (the sector is lost), a process that is frozen for it would stay frozen forever.
      processors.shown(view);
      tellIdle(view);
      events.publish({ type: 'thread', view });
      onView?.(view);
    },
    onRow: (row) => {
      const { events, large, onRow } = parts;
      large.leave(index);
      events.publish({ type: 'row', index, row });
      onRow?.(index, row);
    },
    onEvent: (event) => parts.emit({ ...event, thread: index }),
    disk: () => parts.diskOf(index),
    overlay: (view) => overlaid(view, parts),
  };
}

/** The view, with what only the worker knows added. */
function overlaid(
  view: ThreadView,
  { desk, processors, standsAside, diskOf, refusalOf }: SlotNewsDesk,
): ThreadView {
  const { index } = view;
  const reportRefused = view.sector ? refusalOf(view.location, view.sector.id) : undefined;
  const disk = diskOf(index);
  const { isLeft = false, ...work } = processors.workOf(index) ?? { name: '', pid: null };
  // A shared process may still do the aborted work while the thread is in another stage.
  const isAtHand = isLeft || work.name === view.processor?.name;
  return {
    ...view,
    ...(disk ? { disk } : {}),
    ...(reportRefused ? { reportRefused } : {}),
    lastError: view.lastError ?? asideError(view, standsAside()),
    ...waitingOf(view, desk.waitingFor(index)),
    // A process that a dead thread left running is shown as well.
    processor: isAtHand ? work : view.processor,
  };
}

/** Queued before its stage, or within its stage for a process of another name. */
function waitingOf(
  { mode }: ThreadView,
  waitingFor: ThreadView['waitingFor'],
): Pick<ThreadView, 'mode' | 'waitingFor'> {
  const isInLine = mode === 'waiting' || (mode === 'running' && waitingFor !== null);
  return {
    mode: isInLine ? 'waiting' : mode,
    waitingFor: isInLine || mode === 'pausing' ? waitingFor : null,
  };
}

/** Shown for a thread without a sector or job: it has no error of its own, but cannot work. */
function asideError(view: ThreadView, message: string | null): ThreadView['lastError'] {
  if (message === null || view.mode !== 'idle' || !isEmpty(view)) return null;
  return { level: 'permanent', message, stage: view.stage, at: view.since };
}
