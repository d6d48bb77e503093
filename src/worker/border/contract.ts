/**
 * The calls between the main thread and a sealing thread: one interface for each direction, and the names of its verbs.
 * A verb that is missing from a table or on the answering side does not compile. `calls.ts` carries the calls.
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

/** Maps each verb to its own name: an incomplete table does not compile. */
export type Names<V> = { readonly [K in keyof V]: K };

/** Calls from the main thread to a sealing thread (answered in `thread/main.ts`). */
export interface ThreadSide {
  /** Carries out a command; the change is durable when it returns. @throws unknown_state, state_not_possible, revision_conflict, store_failed */
  obey(command: PauseCommand | ResumeCommand, options: CommandOptions): CommandOutcome;
  /** What a resume to that state would do; null = to the current state. @throws unknown_state, state_not_possible */
  preview(state: string | null, isForced: boolean): Promise<DryRun>;
  view(): ThreadView;
  /** Settings for use from now on. */
  configure(settings: SettingsOfThread): void;
  /** Adds a row about the thread to its history, for the worker. */
  note(event: string, message: string): void;
  /** Reports its sector again: another manager may answer now. */
  reportAgain(): void;
  /** Reports its sector again if it is that one, because the manager asks for it. */
  reportAsked(id: SectorId): void;
  /** The rows as JSON text. */
  history(query: HistoryQuery): string;
  /** How long stages took for sectors of that size. */
  durations(size: number): readonly StageDurations[];
  /** Stops at a safe point. */
  stop(): Promise<void>;
}

export interface CommandOptions {
  /** A command that is repeated under the same id is done once. */
  readonly id?: string | undefined;
  /** The command is refused if the thread is at another revision. */
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

/** Calls from a sealing thread to the main thread. Each thread has its own channel, so its index is not an argument. */
export interface MainSide {
  readonly desk: DeskCalls;
  readonly stores: AttachedDesk;
  readonly processes: ProcessCalls;
  readonly settings: SettingsCalls;
  /** The manager's service for what the thread holds; `given`: the manager and request it came from; null = not known, undefined = holds nothing. */
  manager(given: GivenBy | null | undefined): SectorService;
}

export interface DeskCalls {
  /**
   * Requests a slot for `name` under an id that the thread uses once. `isResumed`: an operator resumed the thread: it may probe
   * an open breaker early. `need`: what it will write; null = nothing to check.
   */
  ask(
    id: number,
    name: string,
    isResumed: boolean,
    need: SpaceNeed | null,
  ): Promise<DeskAnswer & WithSettings>;
  /** Resolves when the request `id` is granted. @throws thread_gone if the thread left the queue */
  granted(id: number): Promise<Granted & WithSettings>;
  /** Leaves the queue (the place is kept), or returns the slot with its outcome; does nothing if `id` has neither. */
  leave(id: number, how: Left): Promise<void>;
}

export interface Granted {
  /** Whether this run is the breaker's probe: its outcome decides. */
  readonly isProbe: boolean;
}

export type DeskAnswer = ({ readonly granted: true } & Granted) | { readonly granted: false };

/** A slot for a new job comes with the settings for that job. */
interface WithSettings {
  readonly settings?: SettingsOfThread;
}

/** How a thread returned its slot: done, failed, or neither (paused, aborted, died). */
export type Left =
  | { readonly kind: 'done' }
  | ({ readonly kind: 'failed' } & Failure)
  | { readonly kind: 'left' };

/** A stage's failure, as reported to the desk. */
export interface Failure {
  readonly level: ErrorLevel;
  readonly message: string;
}

export interface ProcessCalls {
  /**
   * The answer to the same task if an earlier incarnation of the thread left it running; null if not. On null, any other
   * task that was left is over, and no process works on the thread's files.
   */
  takeUp(stage: string, digest: string): Promise<ProcessAnswer | null>;
  /** Gives a child a task (JSON, in parts); a long output goes into the file `into`. @throws process_gone at once if the children are down */
  request(stage: string, task: readonly TaskPart[], digest: string, into?: string): Promise<ProcessAnswer>;
}

/** An answer's line, or the result of an answer too long for memory; `by`: the processor that gave it. */
export interface ProcessAnswer {
  readonly line: Uint8Array | LongAnswer;
  readonly by: string;
}

export interface SettingsCalls {
  /** The current settings, with the thread's hot configuration read again. */
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
