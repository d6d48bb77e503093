import type { StageOutcome } from '../../machines/record-changes.js';
import type { ThreadRecord } from '../../machines/thread-record.js';
import type { StageEvent } from '../protocol/events/table.js';
import { StageError } from '../protocol/level.js';
import type { SectorService } from '../protocol/sealer.js';
import type { Sector } from '../protocol/sector.js';
import type { Progress } from '../protocol/thread.js';
import type { Deadlines } from './deadlines.js';
import { takenUp } from './large-outputs.js';
import { type SectorFiles, sectorFiles } from './sector-files.js';
import type { AttachedDesk } from './stores/attached.js';
import type { ProcessorStage, Tasks } from './tasks.js';

/** Settings for a thread's stages, from the configuration; intervals in ms, sizes in bytes. */
export interface StageSettings {
  readonly allowedMiners: readonly number[] | null;
  readonly allowedSizes: readonly number[] | null;
  readonly enableDeals: boolean;
  readonly disableCc: boolean;
  readonly maxDeals: number | null;
  readonly minDealSpace: number | null;
  readonly rpcPollingIntervalMs: number;
  readonly recoverIntervalMs: number;
  /** Proves the sector that pc2 sealed once, with a seed of our own. @default false */
  readonly verifyAfterPc2?: boolean;
  /** Whether C1 is tried before the pre-commit is submitted; `auto`: for sectors up to 512MiB. @default 'off' */
  readonly checkBeforePreCommit?: 'auto' | 'on' | 'off';
  /** Submits proofs without checking them first. @default false */
  readonly ignoreProofCheck?: boolean;
  /** Directories that unsealed pieces may be written to. @default none */
  readonly unsealRoots?: readonly string[];
}

export interface AttachedStore {
  readonly name: string;
  readonly location: string;
  readonly readonly: boolean;
  /** The id of its mark; null for a read-only store without a mark. @default the mark is not checked */
  readonly mark?: string | null;
}

export interface StageContext {
  readonly record: ThreadRecord;
  readonly location: string;
  /** The name under which the manager knows this worker. */
  readonly workerName: string;
  readonly settings: StageSettings;
  readonly stores: readonly AttachedStore[];
  /** Knows how much space the stores have. @default every writable store has space */
  readonly attached?: AttachedDesk;
  readonly localPiecesDirs: readonly string[];
  readonly deadlines: Deadlines;
  readonly service: SectorService;
  /** The durable id of the request for the next sector or job. @default none: a lost response is not repeated */
  readonly request?: () => string;
  readonly signal: AbortSignal;
  /** Wall time, ms. */
  now(): number;
  progress(progress: Progress): void;
  /** Reports an event to the operator, in one line. @default events are dropped */
  emit?(event: StageEvent): void;
  /** Stages that other programs run: those can read what other programs wrote, ours cannot. @default none */
  readonly others?: readonly string[];
  /**
   * Runs a task with a processor: our own in this thread, or a child process. Settles only when no processor works on it
   * any more.
   */
  process<S extends ProcessorStage>(stage: S, task: Tasks[S]['task']): Promise<Tasks[S]['output']>;
  /** Waits, unless the stage is aborted first. */
  sleep(ms: number): Promise<void>;
}

/** The work that leads out of a state. Repeatable: it starts by removing what an earlier attempt left. */
export type Stage = (context: StageContext) => Promise<StageOutcome>;

/** The current sector. @throws StageError critical when the record holds none */
export function sectorAtHand(context: Pick<StageContext, 'record'>): Sector {
  const { sector, state } = context.record;
  if (sector) return sector;
  throw new StageError('critical', `state ${state} without a sector: restart the thread from a sound record`);
}

/** Whether another program runs the stage on this worker. */
export function isByOthers({ others = [] }: Pick<StageContext, 'others'>, stage: ProcessorStage): boolean {
  return others.includes(stage);
}

/** An output of an earlier stage that may not have run. @throws StageError permanent when its file is missing or incomplete */
export function outputIfAny<T>(
  { record, location }: Pick<StageContext, 'record' | 'location'>,
  key: string,
): T | undefined {
  const found = record.outputs[key];
  const { sector } = record;
  const value = sector ? takenUp(found, sectorFiles(location, sector.id).root, key) : found;
  // Each key is written by exactly one stage, whose type the caller names.
  return value as T | undefined;
}

/** An output of an earlier stage. @throws StageError permanent, naming the output, when it is missing */
export function output<T>(context: Pick<StageContext, 'record' | 'location'>, key: string): T {
  const value = outputIfAny<T>(context, key);
  if (value !== undefined) return value;
  throw new StageError(
    'permanent',
    `${context.record.state} needs the output ${key}, which is not there: resume to an earlier state`,
  );
}

export type { SectorFiles };
