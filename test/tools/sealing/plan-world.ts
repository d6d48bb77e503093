/** A thread without its machine: a plan's own stages one after another, over real files, and a manager in memory. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Plan, planNamed } from '#machines/index.js';
import { emptyRecord, type ThreadRecord } from '#machines/thread-record.js';
import type { StageEvent } from '#src/protocol/events/table.js';
import type { JobService, RebuildJob, UnsealJob, WdPostJob } from '#src/protocol/jobs.js';
import type { SectorService } from '#src/protocol/sealer.js';
import { proofTypeOfSize } from '#src/protocol/sector.js';
import type { Deal } from '#src/protocol/sector-answers.js';
import { commP, pieceCid, runTask } from '#src/sealing/builtin/index.js';
import { stageRunner } from '#src/sealing/runner.js';
import type { StageContext } from '#src/sealing/stage.js';
import { planStages } from '#src/sealing/stages/plan-stages.js';
import { bytesOf, chunksOf, makeDir, makeWork, marked } from './chain.js';

export const id = 's-t010000-2';

export interface PlanWorld {
  readonly dir: string;
  readonly location: string;
  readonly piecesDir: string;
  readonly stores: StageContext['stores'];
  /** What the manager was told: name of the call and its arguments. */
  readonly said: { readonly call: string; readonly args: readonly unknown[] }[];
  /** Puts a piece into the pieces' directory; it is one deal. */
  piece(size: number, paddedSize: number, seed: number): Promise<Deal & { readonly bytes: Uint8Array }>;
  /** Runs a plan's stages from a state (Empty) to the end, or to the first failure, which is thrown. */
  run(plan: string, given?: RunOptions): Promise<ThreadRecord>;
}

export interface RunOptions {
  readonly service?: Partial<SectorService>;
  readonly signal?: AbortSignal;
  readonly from?: ThreadRecord;
  /** Stops when this state is reached. */
  readonly until?: string;
  readonly process?: StageContext['process'];
  readonly settings?: Partial<StageContext['settings']>;
  readonly onProgress?: StageContext['progress'];
  readonly emit?: (event: StageEvent) => void;
  /** Stages that `process` does as programs of others. @default none */
  readonly others?: readonly string[];
  /** @default the world's own */
  readonly stores?: StageContext['stores'];
  /** Is told why the thread has no job. */
  readonly onIdle?: (reason: string | undefined) => void;
  /** Is given each record on the way. */
  readonly onRecord?: (record: ThreadRecord) => void;
}

const ticketBytes = bytesOf(32, 2);
export const ticket = { Ticket: Buffer.from(ticketBytes).toString('base64'), Epoch: 7 };

export function planWorld(size = 2048): PlanWorld {
  const dir = makeDir();
  const [location, piecesDir] = [join(dir, 'thread'), join(dir, 'pieces')];
  const store = { name: 'kept', location: join(dir, 'kept'), readonly: false };
  mkdirSync(piecesDir);
  for (const path of [location, store.location]) marked(path);
  const said: PlanWorld['said'] = [];
  const sector = { ID: { Miner: 10000, Number: 2 }, ProofType: proofTypeOfSize(size).proofType };
  const world: PlanWorld = {
    dir,
    location,
    piecesDir,
    stores: [store],
    said,
    piece: async (length, paddedSize, seed) => {
      const bytes = bytesOf(length, seed).subarray(0, length);
      const { commitment } = await commP(chunksOf(bytes), makeWork(), { paddedSize });
      const cid = pieceCid(commitment);
      writeFileSync(join(piecesDir, cid), bytes);
      return { ID: seed, PayloadSize: length, Piece: { Size: paddedSize, Cid: { '/': cid } }, bytes };
    },
    run: async (plan, given = {}) => {
      const tell =
        (call: string, answer: unknown) =>
        async (...args: unknown[]) => {
          said.push({ call, args });
          return answer;
        };
      const accepted = { Res: 1, Desc: null };
      const service = {
        allocateSector: async () => sector,
        acquireDeals: async () => [],
        assignTicket: async () => ticket,
        submitPreCommit: tell('submitPreCommit', accepted),
        pollPreCommitState: async () => ({ State: 3, Desc: null }),
        storeReserveSpace: async () => null,
        submitPersisted: tell('submitPersisted', true),
        waitSeed: async () => ({
          ShouldWait: false,
          Delay: 0,
          Seed: { Seed: Buffer.from(bytesOf(32, 3)).toString('base64'), Epoch: 9 },
        }),
        submitProof: tell('submitProof', accepted),
        pollProofState: async () => ({ State: 3, Desc: null }),
        reportFinalized: tell('reportFinalized', undefined),
        reportAborted: tell('reportAborted', undefined),
        submitSnapUpProof: tell('submitSnapUpProof', accepted),
        achieveUnsealSector: tell('achieveUnsealSector', undefined),
        wdPoStHeartbeatJobs: async () => undefined,
        wdPoStFinishJob: tell('wdPoStFinishJob', undefined),
        ...given.service,
      } as unknown as SectorService; // A call that is not given is no function, and says so.
      return runPlan(plan, { location, piecesDir, stores: [store], service, given });
    },
  };
  return world;
}

interface Facts {
  readonly location: string;
  readonly piecesDir: string;
  readonly stores: StageContext['stores'];
  readonly service: SectorService;
  readonly given: RunOptions;
}

async function runPlan(name: string, { location, piecesDir, stores, service, given }: Facts) {
  const plan = planNamed(name);
  if (!plan) throw new Error(`no plan ${name}`);
  const signal = given.signal ?? new AbortController().signal;
  const progress = given.onProgress ?? (() => undefined);
  const runStage = stageRunner({
    stages: planStages[name] ?? {},
    nameOf: (state) => state,
    faults: [],
    leastMs: {},
  });
  let record = given.from ?? emptyRecord(name, '2026-11-22T10:00:00.000Z');
  for (;;) {
    given.onRecord?.(record);
    if (record.state === given.until) return record;
    const outcome = await runStage({
      record,
      location,
      workerName: 'w1',
      settings: {
        allowedMiners: null,
        allowedSizes: null,
        enableDeals: true,
        disableCc: false,
        maxDeals: null,
        minDealSpace: null,
        rpcPollingIntervalMs: 1,
        recoverIntervalMs: 1,
        unsealRoots: [dirname(location)],
        ...given.settings,
      },
      stores: given.stores ?? stores,
      localPiecesDirs: [piecesDir],
      deadlines: { epochMs: 30_000, ticket: 2880, preCommit: 86_550, margin: 60 },
      service,
      signal,
      now: () => Date.parse('2026-11-22T10:00:00.000Z'),
      progress,
      ...(given.emit ? { emit: given.emit } : {}),
      ...(given.others ? { others: given.others } : {}),
      process: given.process ?? ((stage, task) => runTask(stage, task, { signal, progress })),
    });
    if (outcome.event === 'Idle') given.onIdle?.(outcome.reason);
    if (outcome.event === 'Idle' || outcome.event === 'Released') return record;
    const edge = plan.edges.find(({ from, event }) => from === record.state && event === outcome.event);
    if (!edge) throw new Error(`${record.state} has no ${outcome.event}`);
    const unknown = Object.keys(outcome.outputs ?? {}).filter((key) => !outputsOf(plan).includes(key));
    if (unknown.length > 0) throw new Error(`the table of ${name} does not say how long ${unknown} is kept`);
    // As it is after a death: what a record cannot keep is lost.
    record = JSON.parse(
      JSON.stringify({
        ...record,
        state: edge.to,
        sector: outcome.sector ?? record.sector,
        outputs: { ...record.outputs, ...outcome.outputs },
      }),
    ) as ThreadRecord;
  }
}

/** Every output that the plan's table knows. */
function outputsOf({ states, keeps = {} }: Plan): readonly string[] {
  return ['files', ...states.flatMap(({ needs }) => needs.outputs), ...Object.keys(keeps)];
}

/** A service that gives one job once. */
export function gives(
  job: Partial<{
    snapUp: Awaited<ReturnType<JobService['allocateSnapUpSector']>>;
    rebuild: RebuildJob;
    unseal: UnsealJob;
    dests: readonly string[];
    wdPost: WdPostJob;
  }>,
): Partial<SectorService> {
  return {
    allocateSnapUpSector: async () => job.snapUp ?? null,
    allocateRebuildSector: async () => job.rebuild ?? null,
    allocateUnsealSector: async () => job.unseal ?? null,
    acquireUnsealDest: async () => job.dests ?? [],
    wdPoStAllocateJobs: async () => (job.wdPost ? [job.wdPost] : []),
  };
}
