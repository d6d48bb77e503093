import * as z from 'zod';
import { SealvisorError } from '../protocol/errors.js';
import type { SectorService } from '../protocol/sealer.js';
import type { SectorId } from '../protocol/sector.js';
import { shortText } from '../protocol/some-of.js';
import { jobAnswers } from './job-answers.js';
import { rpcCall } from './rpc-client.js';

/** Of what the manager says in words so much is kept, characters. */
const longestText = 4096;

const desc = z
  .string()
  .nullish()
  .transform((text) => (text === null || text === undefined ? null : shortText(text, longestText)));
const { allocated, deals, ticket } = jobAnswers;
const submitted = z.object({ Res: z.number().int(), Desc: desc });
const polled = z.object({ State: z.number().int(), Desc: desc });
const seed = z.object({
  ShouldWait: z.boolean(),
  Delay: z.number(),
  Seed: z
    .object({ Seed: z.base64(), Epoch: z.number().int() })
    .nullish()
    .transform((found) => found ?? null),
});

/** Not every manager of the field answers a report: what it leaves out, or says in other words, is no verdict. */
const verdict = z
  .object({ Finalized: z.boolean().nullish(), AbortReason: z.string().nullish() })
  .nullable()
  .catch(null)
  .transform((told) => ({
    finalized: told?.Finalized ?? false,
    abortReason: told?.AbortReason ? shortText(told.AbortReason, longestText) : null,
  }));

const timeoutMs = 15_000;
const wireId = (id: SectorId) => ({ Miner: id.miner, Number: id.number });

/** The manager's sector service over JSON-RPC; every answer is parsed here, once. */
export function sectorClient(manager: {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly pieceToken?: string | undefined;
}): SectorService {
  const call = async <T>(schema: z.ZodType<T>, name: string, ...params: readonly unknown[]): Promise<T> => {
    const answer = await rpcCall(`${manager.url}/rpc/v0`, `Venus.${name}`, params, {
      headers: manager.headers,
      timeoutMs,
    });
    const result = schema.safeParse(answer);
    if (result.success) return result.data;
    throw new SealvisorError(
      'bad_answer',
      `Venus.${name} got an answer of another shape: ${result.error.issues[0]?.message}`,
    );
  };
  const nothing = z.unknown().transform(() => undefined);
  return {
    allocateSector: (spec) => call(allocated.nullable(), 'AllocateSector', spec),
    acquireDeals: (id, spec) => call(deals.nullable(), 'AcquireDeals', wireId(id), spec),
    assignTicket: (id) => call(ticket, 'AssignTicket', wireId(id)),
    submitPreCommit: (sector, info, reset) => call(submitted, 'SubmitPreCommit', sector, info, reset),
    pollPreCommitState: (id) => call(polled, 'PollPreCommitState', wireId(id)),
    submitPersisted: (id, instance, isUpgrade) =>
      call(z.boolean(), 'SubmitPersistedEx', wireId(id), instance, isUpgrade),
    waitSeed: (id, proofType) => call(seed, 'WaitSeed', wireId(id), proofType),
    submitProof: (id, proof, reset) => call(submitted, 'SubmitProof', wireId(id), proof, reset),
    pollProofState: (id) => call(polled, 'PollProofState', wireId(id)),
    reportState: (id, report) => call(verdict, 'ReportState', wireId(id), report),
    reportFinalized: (id) => call(nothing, 'ReportFinalized', wireId(id)),
    reportAborted: (id, reason) => call(nothing, 'ReportAborted', wireId(id), reason),
    allocateSnapUpSector: (spec) => call(jobAnswers.snapUp.nullable(), 'AllocateSanpUpSector', spec),
    submitSnapUpProof: (id, proof) => call(submitted, 'SubmitSnapUpProof', wireId(id), proof),
    allocateRebuildSector: (spec) => call(jobAnswers.rebuild.nullable(), 'AllocateRebuildSector', spec),
    allocateUnsealSector: (spec) => call(jobAnswers.unseal.nullable(), 'AllocateUnsealSector', spec),
    achieveUnsealSector: (id, pieceCid, errInfo) =>
      call(nothing, 'AchieveUnsealSector', wireId(id), { '/': pieceCid }, errInfo),
    acquireUnsealDest: (id, pieceCid) =>
      call(jobAnswers.dests, 'AcquireUnsealDest', wireId(id), { '/': pieceCid }),
    storeReserveSpace: (id, size, candidates) =>
      call(jobAnswers.store.nullable(), 'StoreReserveSpace', wireId(id), size, candidates),
    storeBasicInfo: (name) => call(jobAnswers.store.nullable(), 'StoreBasicInfo', name),
    wdPoStAllocateJobs: (spec, num, workerName) =>
      call(jobAnswers.wdPosts, 'WdPoStAllocateJobs', spec, num, workerName),
    wdPoStHeartbeatJobs: (jobIds, workerName) => call(nothing, 'WdPoStHeartbeatJobs', jobIds, workerName),
    wdPoStFinishJob: (jobId, output, errorReason) =>
      call(nothing, 'WdPoStFinishJob', jobId, output, errorReason),
    pieceSource: async (pieceCid) => ({
      url: `${manager.url}/piecestore/${pieceCid}`,
      headers: manager.pieceToken === undefined ? {} : { authorization: `Bearer ${manager.pieceToken}` },
    }),
  };
}
