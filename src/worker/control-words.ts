/** Every request that a worker accepts, over HTTP or from code. */
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

/** Who sends a request, and why. */
export interface Asked {
  /** A command that is repeated under the same id is done once and answered the same. */
  readonly id?: string | undefined;
  /** @default 'operator' */
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
}

/** A command for one thread. */
export interface Command extends Asked {
  /** The revision of the view that the decision is based on. Refused (`revision_conflict`) if the thread has changed since. */
  readonly ifRevision?: number | undefined;
}

export interface PauseRequest extends Command {
  /** @default 'after-stage' */
  readonly how?: PauseHow | undefined;
  /** The id of the drain that sends the pause. */
  readonly drain?: string | undefined;
  /** How long the answer may wait for the thread to be paused, ms. @default 0 */
  readonly waitMs?: number | undefined;
  /** Aborts the wait, not the pause. */
  readonly signal?: AbortSignal | undefined;
}

export interface ResumeRequest extends Command {
  readonly state?: string | null | undefined;
  /** Allows a state whose inputs are missing, as far as the plan allows it; recorded as forced. */
  readonly force?: boolean | undefined;
}

export interface DrainRequest extends Asked {
  /** Waits for the end of each thread's sector instead of pausing it after its stage. @default false */
  readonly toFinish?: boolean | undefined;
  /** In ms from now: threads that are still working then are paused at once. @default none */
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
  /** Restarts a failed thread from its record. @throws thread_not_found */
  restart(index: number, request: Asked): Promise<ControlReply>;
  dryRun(index: number, request: Pick<ResumeRequest, 'state' | 'force'>): Promise<DryRun>;
  /** The rows as JSON text, oldest first: an array of HistoryRow. */
  history(index: number, query: HistoryQuery): Promise<string>;
  estimate(index: number): Promise<Estimate>;
  /** One for each thread. */
  estimates(): Promise<readonly ThreadEstimate[]>;

  worker(): WorkerView;
  /** The worker's life state, without the cost of building a view. */
  life(): WorkerLife;
  /** Takes no new sectors; current ones are finished. */
  cordon(request: Asked): Promise<WorkerReply>;
  /** Lifts cordon and drain. Threads that the drain paused resume. */
  uncordon(request: Asked): Promise<WorkerReply>;
  drain(request: DrainRequest): Promise<WorkerReply>;
  /** Adopts the manager that answers now, in place of the one that gave it its sectors. @throws revision_conflict if `manager` is not the one that answers */
  adopt(request: Asked & { readonly manager?: string | undefined }): Promise<WorkerReply>;
  /** Ends the daemon as SIGTERM does; replies before it ends. `graceMs` null = as configured. */
  stop(request: Asked & { readonly graceMs?: number | null | undefined }): Promise<WorkerReply>;
  /** `limit` null = none. Kept over restarts until the configuration file's limit changes. @throws invalid_request */
  setLimit(name: string, limit: number | null, request: Asked): Promise<WorkerReply>;
  /** Closes a stage's breaker: threads that wait for it continue. */
  closeBreaker(stage: string, request: Asked): Promise<WorkerReply>;
  /** Dumps a processor child's other output into a directory (`value`); `name` is its dump variable (`dumpVariable`). @throws invalid_request for any other variable */
  setEnv(name: string, value: string, request?: Asked): Promise<void>;
  /** Ends the dump: the output is logged again. @throws invalid_request */
  removeEnv(name: string, request?: Asked): Promise<void>;
  /** Compares the configuration file with what runs, and applies the changes. @throws config_missing, config_invalid, location_shared and others (`reload.ts`); then nothing that runs has changed */
  reload(request: Asked & { readonly dryRun?: boolean | undefined }): Promise<ReloadReply>;
}
