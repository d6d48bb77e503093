/** Interfaces of a sealing thread across all its incarnations: for its callers, its supervisor and its observers. */

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
  /** The thread has exited, for any reason: what it held is released. `last` is its last view. */
  onGone(last: ThreadView): void;
  /** Adds what only the worker knows: the process that works for the thread, the queue it waits in. */
  overlay(view: ThreadView): ThreadView;
  /** The disk of the thread, if it does not answer; else null. */
  disk(): ThreadDisk | null;
}

export interface ThreadSlot extends Pick<ShownView, 'view' | 'until'> {
  readonly index: number;
  readonly location: string;
  /** Why the thread has failed; undefined while it has not. */
  failure(): string | undefined;
  /** Calls to the current incarnation; a call that is not answered within `deadlineMs` rejects. @throws thread_gone, thread_failed, disk_hung, deadline_exceeded */
  within(deadlineMs: number): Remote<ThreadSide>;
  /** Sends a command to the thread; while the thread is being restarted, the command waits for it. */
  obey(
    command: PauseCommand | ResumeCommand,
    options: CommandOptions,
    deadlineMs: number,
  ): Promise<CommandOutcome>;
}

/** The slot, for its supervisor and its worker. */
export interface SupervisedSlot extends ThreadSlot {
  readonly name: string;
  /** Starts the next incarnation from the thread's record. */
  start(): Promise<Child & { facts(): NodeFacts }>;
  /** Marks it as failed (it crashed too often, or its start failed): it stays visible but stopped until it is started by hand. */
  park(reason: string): void;
  unpark(): void;
  lastExit(): string;
  /** Whether its last start was refused because its disk is missing, unusable or hung: it may start once the disk is back. */
  isDiskMissing(): boolean;
  progress(progress: Progress): void;
  /** The settings it uses from now on. */
  configure(settings: SettingsOfThread): void;
  /** The overlay of its view has changed. */
  refresh(): void;
  /** Makes it report its sector again: another manager may answer now. */
  reportAgain(): void;
  /** Makes it report its sector again if its sector is `id`: the manager asks for a report. */
  reportAsked(id: SectorId): void;
  /** Whether its event loop has been silent long enough to look for the cause. */
  isSilent(): boolean;
  /** The disks were checked: pending calls to a thread that is blocked by its disk are rejected. */
  disksSeen(): void;
  /** Waits at most `graceMs` for the running stage to end, then stops the thread; it is not restarted. */
  drain(graceMs: number): Promise<void>;
}
