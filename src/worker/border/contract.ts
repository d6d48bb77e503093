/**
 * What the main thread and a sealing thread may ask of each other: one interface for each direction, and the names of its verbs.
 * A verb that is missing from a table or on the side that answers does not compile. `calls.ts` carries them.
 */
import type { PauseCommand, ResumeCommand } from '../../../machines/command-changes.js';
import type { LongAnswer } from '../../processes/long-answer.js';
import type { GivenBy } from '../../protocol/identity.js';
import type { ErrorLevel } from '../../protocol/level.js';
import type { SectorService } from '../../protocol/sealer.js';
import type { SectorId } from '../../protocol/sector.js';
import type { CommandOutcome, DryRun, HistoryQuery, ThreadView } from '../../protocol/thread.js';
import type { SpaceNeed } from '../../sealing/space-need.js';
import type { AttachedDesk } from '../../sealing/stores/attached.js';
import type { TaskPart } from '../../sealing/task-parts.js';
import type { StageDurations } from '../../store/history-rows.js';
import type { SettingsOfThread } from './setup.js';

/** Each verb by its own name: a table of an interface's verbs is whole or does not compile. */
export type Names<V> = { readonly [K in keyof V]: K };

/** What the main thread may ask of a sealing thread (`thread/main.ts` answers). */
export interface ThreadSide {
  /** Carries out a command: durable when it answers. @throws unknown_state, state_not_possible, revision_conflict, store_failed */
  obey(command: PauseCommand | ResumeCommand, options: CommandOptions): CommandOutcome;
  /** What a resume to that state would do; null = to where it is. @throws unknown_state, state_not_possible */
  preview(state: string | null, isForced: boolean): Promise<DryRun>;
  view(): ThreadView;
  /** The settings it goes by from now on. */
  configure(settings: SettingsOfThread): void;
  /** Writes something that the worker knows of the thread into its history. */
  note(event: string, message: string): void;
  /** Reports its sector once more: another manager may answer now. */
  reportAgain(): void;
  /** Reports its sector once more, if it is that one: the manager asks for it. */
  reportAsked(id: SectorId): void;
  /** JSON. */
  history(query: HistoryQuery): string;
  /** How long stages took, of sectors of that size. */
  durations(size: number): readonly StageDurations[];
  /** Ends at a safe point. */
  stop(): Promise<void>;
}

export interface CommandOptions {
  /** A command that comes again under the same id is done once. */
  readonly id?: string | undefined;
  /** Refused when the thread is at another revision. */
  readonly ifRevision?: number | undefined;
}

export const threadVerbs: Names<ThreadSide> = {
  obey: 'obey',
  preview: 'preview',
  view: 'view',
  configure: 'configure',
  note: 'note',
  reportAgain: 'reportAgain',
  reportAsked: 'reportAsked',
  history: 'history',
  durations: 'durations',
  stop: 'stop',
};

/** What a sealing thread may ask of the main thread. Each thread has its own channel: which thread asks is no argument. */
export interface MainSide {
  readonly desk: DeskCalls;
  readonly stores: AttachedDesk;
  readonly processes: ProcessCalls;
  readonly settings: SettingsCalls;
  /** The manager, asked about what the thread was given so; null where that is not known, undefined where it holds nothing. */
  manager(given: GivenBy | null | undefined): SectorService;
}

export interface DeskCalls {
  /**
   * Asks to start `name` under an id that the thread uses once. `isResumed`: an operator sent it, past an open breaker.
   * `need`: what it will write; null = nothing that has to be looked at.
   */
  ask(
    id: number,
    name: string,
    isResumed: boolean,
    need: SpaceNeed | null,
  ): Promise<DeskAnswer & WithSettings>;
  /** Resolves when what was asked under `id` is granted. @throws thread_gone when it was left */
  granted(id: number): Promise<Granted & WithSettings>;
  /** Leaves the line, or gives back what was granted, with what came of it; nothing when the id stands for neither. */
  leave(id: number, how: Left): Promise<void>;
}

export interface Granted {
  /** Whether the stage's breaker hangs on this one. */
  readonly isProbe: boolean;
}

export type DeskAnswer = ({ readonly granted: true } & Granted) | { readonly granted: false };

/** A place for a new job comes with the settings it is to be done by. */
interface WithSettings {
  readonly settings?: SettingsOfThread;
}

/** How a thread gave its place back: done, failed, or neither of them (paused, aborted, died). */
export type Left =
  | { readonly kind: 'done' }
  | ({ readonly kind: 'failed' } & Failure)
  | { readonly kind: 'left' };

/** A stage's failure as the desk is told of it. */
export interface Failure {
  readonly level: ErrorLevel;
  readonly message: string;
}

export interface ProcessCalls {
  /**
   * The answer to the very same task that an earlier incarnation of the thread has left. Null when there is none: what
   * was left of another is over then, and nobody works at the thread's files.
   */
  takeUp(stage: string, digest: string): Promise<ProcessAnswer | null>;
  /** Has a child do a task (its JSON, in parts); a long output goes into the file `into`. @throws process_gone at once when the children are down */
  request(stage: string, task: readonly TaskPart[], digest: string, into?: string): Promise<ProcessAnswer>;
}

/** An answer as it came, or what came of one that was too long for the memory; and who gave it. */
export interface ProcessAnswer {
  readonly line: Uint8Array | LongAnswer;
  readonly by: string;
}

export interface SettingsCalls {
  /** Those of the moment, with the thread's hot configuration read anew. */
  now(): Promise<SettingsOfThread>;
}

export const mainVerbs: {
  readonly [R in Exclude<keyof MainSide, 'manager'>]: Names<MainSide[R]>;
} & { readonly manager: Names<SectorService> } = {
  desk: { ask: 'ask', granted: 'granted', leave: 'leave' },
  stores: { rooms: 'rooms', take: 'take' },
  processes: { takeUp: 'takeUp', request: 'request' },
  settings: { now: 'now' },
  manager: {
    allocateSector: 'allocateSector',
    acquireDeals: 'acquireDeals',
    assignTicket: 'assignTicket',
    submitPreCommit: 'submitPreCommit',
    pollPreCommitState: 'pollPreCommitState',
    submitPersisted: 'submitPersisted',
    waitSeed: 'waitSeed',
    submitProof: 'submitProof',
    pollProofState: 'pollProofState',
    reportState: 'reportState',
    reportFinalized: 'reportFinalized',
    reportAborted: 'reportAborted',
    pieceSource: 'pieceSource',
    allocateSnapUpSector: 'allocateSnapUpSector',
    submitSnapUpProof: 'submitSnapUpProof',
    allocateRebuildSector: 'allocateRebuildSector',
    allocateUnsealSector: 'allocateUnsealSector',
    achieveUnsealSector: 'achieveUnsealSector',
    acquireUnsealDest: 'acquireUnsealDest',
    storeReserveSpace: 'storeReserveSpace',
    storeBasicInfo: 'storeBasicInfo',
    wdPoStAllocateJobs: 'wdPoStAllocateJobs',
    wdPoStHeartbeatJobs: 'wdPoStHeartbeatJobs',
    wdPoStFinishJob: 'wdPoStFinishJob',
  },
};
