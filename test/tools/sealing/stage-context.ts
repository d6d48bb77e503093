import type { StageOutcome } from '#machines/record-changes.js';
import { emptyRecord, type ThreadRecord } from '#machines/thread-record.js';
import type { SectorService } from '#src/protocol/sealer.js';
import type { StageContext } from '#src/sealing/stage.js';
import type { ProcessorStage } from '#src/sealing/tasks.js';
import { makeDir, marked } from './chain.js';

/** Now, in ms, and the length of an epoch. */
export const nowMs = Date.parse('2026-11-22T10:00:00.000Z');
export const epochMs = 30_000;
export const epochsAgo = (epochs: number) => nowMs - epochs * epochMs;

export interface StageWorld {
  readonly state?: string;
  readonly outputs?: ThreadRecord['outputs'];
  readonly service?: Partial<SectorService>;
  readonly signal?: AbortSignal;
  readonly settings?: Partial<StageContext['settings']>;
  /** What a processor gives. */
  readonly processed?: Readonly<Partial<Record<ProcessorStage, unknown>>>;
}

/** What one stage sees: a sector, the given outputs, a manager that answers only what is given. */
export function stageContext(world: StageWorld = {}) {
  const { state = 'TicketAssigned', outputs = {}, service = {}, processed = {} } = world;
  const tasks: { readonly stage: string; readonly task: unknown }[] = [];
  const record: ThreadRecord = {
    ...emptyRecord('sealer', new Date(nowMs).toISOString()),
    state,
    outputs,
    sector: { miner: 10000, number: 2, id: 's-t010000-2', proofType: 5, size: 2048 },
  };
  const context: StageContext = {
    record,
    location: marked(makeDir()),
    workerName: 'w1',
    settings: {
      allowedMiners: null,
      allowedSizes: null,
      enableDeals: false,
      disableCc: false,
      maxDeals: null,
      minDealSpace: null,
      rpcPollingIntervalMs: 1,
      recoverIntervalMs: 1,
      ...world.settings,
    },
    stores: [],
    localPiecesDirs: [],
    deadlines: { epochMs, ticket: 2880, preCommit: 86_550, margin: 60 },
    // A call that is not given is no function, and says so.
    service: service as SectorService,
    signal: world.signal ?? new AbortController().signal,
    now: () => nowMs,
    progress: () => undefined,
    process: async (stage, task) => {
      tasks.push({ stage, task });
      if (stage in processed) return processed[stage] as never;
      throw new Error(`no ${stage} here`);
    },
    sleep: async () => undefined,
  };
  return { context, tasks };
}

/** The record's outputs once the machine has taken an outcome. */
export function outputsAfter(outputs: ThreadRecord['outputs'], outcome: StageOutcome) {
  return { ...outputs, ...outcome.outputs };
}
