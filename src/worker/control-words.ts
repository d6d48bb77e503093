/** What a worker can be asked, whichever door the question comes through. */
import type {
  ControlReply,
  DryRun,
  Estimate,
  HistoryQuery,
  PauseHow,
  ThreadEstimate,
  ThreadView,
} from '../protocol/thread.js';
import type { ReloadReply, WorkerReply, WorkerView } from '../protocol/worker.js';
import type { WorkerLife } from '../protocol/worker-life.js';

/** Who asks and why. */
export interface Asked {
  /** A command that comes again under the same id is done once, and answered the same. */
  readonly id?: string | undefined;
  /** @default 'operator' */
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
}

/** A command for one thread. */
export interface Command extends Asked {
  /** The revision of the view it was decided on: refused (`revision_conflict`) when the thread has moved on since. */
  readonly ifRevision?: number | undefined;
}

export interface PauseRequest extends Command {
  /** @default 'after-stage' */
  readonly how?: PauseHow | undefined;
  /** The drain that pauses, by its id. */
  readonly drain?: string | undefined;
  /** How long the answer may wait for the thread to be paused, ms. @default 0 */
  readonly waitMs?: number | undefined;
  /** Ends the wait, not the pause. */
  readonly signal?: AbortSignal | undefined;
}

export interface ResumeRequest extends Command {
  readonly state?: string | null | undefined;
  /** Also to a state whose needs are not there, as far as the plan knows; recorded as forced. */
  readonly force?: boolean | undefined;
}

export interface DrainRequest extends Asked {
  /** To the end of each thread's sector instead of the end of its stage. @default false */
  readonly toFinish?: boolean | undefined;
  /** From now, ms: pause at once the threads that are still working then. @default none */
  readonly deadlineMs?: number | undefined;
}

export interface WorkerControl {
  threads(): readonly ThreadView[];
  /** @throws thread_not_found */
  thread(index: number): ThreadView;
  /** @throws thread_not_found, thread_failed, freeze_refused, revision_conflict, store_failed */
  pause(index: number, request: PauseRequest): Promise<ControlReply>;
  /** @throws thread_not_found, thread_failed, unknown_state, state_not_possible, revision_conflict, store_failed */
  resume(index: number, request: ResumeRequest): Promise<ControlReply>;
  /** Starts a failed thread again, from its record. */
  restart(index: number, request: Asked): Promise<ControlReply>;
  dryRun(index: number, request: Pick<ResumeRequest, 'state' | 'force'>): Promise<DryRun>;
  /** The rows as JSON text, oldest first: an array of HistoryRow. */
  history(index: number, query: HistoryQuery): Promise<string>;
  estimate(index: number): Promise<Estimate>;
  /** Of all threads. */
  estimates(): Promise<readonly ThreadEstimate[]>;

  worker(): WorkerView;
  /** The one word of it that is asked for most: no view is built. */
  life(): WorkerLife;
  /** Takes no new sectors; current ones are finished. */
  cordon(request: Asked): Promise<WorkerReply>;
  /** Lifts cordon and drain; threads that the drain paused resume. */
  uncordon(request: Asked): Promise<WorkerReply>;
  drain(request: DrainRequest): Promise<WorkerReply>;
  /** Goes by the manager that answers now, in place of the one whose sectors it has. @throws revision_conflict when `manager` is not the one that answers */
  adopt(request: Asked & { readonly manager?: string | undefined }): Promise<WorkerReply>;
  /** Ends the daemon as SIGTERM does; answered before it ends. `graceMs` null = as configured. */
  stop(request: Asked & { readonly graceMs?: number | null | undefined }): Promise<WorkerReply>;
  /** `limit` null = none. Kept over restarts, until the file says something else. @throws invalid_request */
  setLimit(name: string, limit: number | null, request: Asked): Promise<WorkerReply>;
  /** Lets the threads that wait before a breaker continue. */
  closeBreaker(stage: string, request: Asked): Promise<WorkerReply>;
  /** Dumps what a processor child prints beside its answers: the child's dump variable (`dumpVariable`), a directory. @throws invalid_request for any other variable */
  setEnv(name: string, value: string, request?: Asked): Promise<void>;
  /** Has it logged again. @throws invalid_request */
  removeEnv(name: string, request?: Asked): Promise<void>;
  /** Compares the configuration's file with what runs, and brings the one to the other. @throws config_missing, config_invalid, location_shared; nothing is changed */
  reload(request: Asked & { readonly dryRun?: boolean | undefined }): Promise<ReloadReply>;
}
