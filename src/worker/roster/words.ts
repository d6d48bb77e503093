/** A sealing thread over all its incarnations, as those who speak to it, supervise it and are told of it see it. */

import type { PauseCommand, ResumeCommand } from '../../../machines/command-changes.js';
import type { Child, NodeFacts } from '../../actors/index.js';
import type { StageEvent } from '../../protocol/events/table.js';
import type { SectorId } from '../../protocol/sector.js';
import type { CommandOutcome, HistoryRow, Progress, ThreadDisk, ThreadView } from '../../protocol/thread.js';
import type { Remote } from '../border/calls.js';
import type { CommandOptions, ThreadSide } from '../border/contract.js';
import type { SettingsOfThread } from '../border/setup.js';
import type { ShownView } from './shown-view.js';

export interface SlotNews {
  onStarted(incarnation: number): void;
  onExited(reason: string): void;
  onRestarting(): void;
  onFailed(reason: string): void;
  onView(view: ThreadView): void;
  onRow(row: HistoryRow): void;
  onEvent(event: StageEvent): void;
  /** The thread is gone, for whatever reason: what it held is free. `last` is what it showed. */
  onGone(last: ThreadView): void;
  /** What the worker knows beside the thread: the process that works for it, the line it stands in. */
  overlay(view: ThreadView): ThreadView;
  /** The disk that the thread works on and that does not answer, if any. */
  disk(): ThreadDisk | null;
}

export interface ThreadSlot extends Pick<ShownView, 'view' | 'until'> {
  readonly index: number;
  readonly location: string;
  /** Why the thread is failed; undefined while it is not. */
  failure(): string | undefined;
  /** Asks the thread of now; a call that it does not answer within this time rejects. @throws thread_gone, thread_failed, disk_hung, deadline_exceeded */
  within(deadlineMs: number): Remote<ThreadSide>;
  /** Has the thread carry out a command; while it is being started again the command waits for it. */
  obey(
    command: PauseCommand | ResumeCommand,
    options: CommandOptions,
    deadlineMs: number,
  ): Promise<CommandOutcome>;
}

/** The slot as its supervisor and its worker handle it. */
export interface SupervisedSlot extends ThreadSlot {
  readonly name: string;
  /** Starts the next incarnation from the thread's record. */
  start(): Promise<Child & { facts(): NodeFacts }>;
  /** It keeps ending: it stays stopped, visible, until it is started by hand. */
  park(reason: string): void;
  unpark(): void;
  lastExit(): string;
  /** Whether its last start was refused because its disk is missing: it may start when the disk is there. */
  isDiskMissing(): boolean;
  progress(progress: Progress): void;
  /** The settings it goes by from now on. */
  configure(settings: SettingsOfThread): void;
  /** What is laid over its view has changed. */
  refresh(): void;
  /** Has it report its sector again: another manager may answer now. */
  reportAgain(): void;
  /** Has it report its sector again, if that is the one: the manager asks for it. */
  reportAsked(id: SectorId): void;
  /** Whether its loop has not turned for long enough to ask why. */
  isSilent(): boolean;
  /** The disks were looked at: who waits for a thread that its disk holds up is told. */
  disksSeen(): void;
  /** Lets the running stage end, at most `graceMs`, then ends the thread; it is not started again. */
  drain(graceMs: number): Promise<void>;
}
