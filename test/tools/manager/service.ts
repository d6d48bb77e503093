import { storeInfo } from '#src/manager/jobs/jobs.js';
import type { Sectors } from '#src/manager/sectors/sectors.js';
import type { JobService } from '#src/protocol/jobs.js';
import type { SectorService } from '#src/protocol/sealer.js';
import type { SectorId } from '#src/protocol/sector.js';

function realJobs({ jobs }: Sectors): JobService {
  const { snapUp, rebuild, unseal, wdPost } = jobs;
  return {
    allocateSnapUpSector: async (spec) => snapUp.allocate(spec),
    submitSnapUpProof: async (id, proof) => snapUp.submit(id, proof),
    allocateRebuildSector: async (spec) => rebuild.allocate(spec),
    allocateUnsealSector: async (spec) => unseal.allocate(spec),
    achieveUnsealSector: async (id, cid, errInfo) => unseal.achieve(id, cid, errInfo),
    acquireUnsealDest: async (id, cid) => unseal.dests(id, cid),
    storeReserveSpace: async (id, _size, candidates) => jobs.reserveSpace(id, candidates),
    storeBasicInfo: async (name) => storeInfo(name),
    wdPoStAllocateJobs: async (spec, num, worker) => wdPost.allocate(spec, num, worker),
    wdPoStHeartbeatJobs: async (ids, worker) => wdPost.heartbeat(ids, worker),
    wdPoStFinishJob: async (id, output, errorReason) => wdPost.finish(id, output, errorReason),
  };
}

/** What a worker of ours is told with an answer. */
function withChain<T extends object>(sectors: Sectors, id: SectorId, answer: T): T {
  const OnChain = sectors.chain.onChain(id);
  return OnChain ? { ...answer, OnChain } : answer;
}

/** A manager's sectors as a thread reaches them, without a wire between. */
export function realService(sectors: Sectors): SectorService {
  return {
    ...realJobs(sectors),
    allocateSector: async (spec, isNonInteractive) =>
      sectors.allocate(spec.AllowedMiners, spec.AllowedProofTypes, null, !isNonInteractive),
    acquireDeals: async (id, spec) => sectors.acquireDeals(id, spec.MaxDeals, spec.MinUsedSpace),
    assignTicket: async (id) => sectors.chain.assignTicket(id),
    submitPreCommit: async ({ ID }, info, reset) => {
      const id = { miner: ID.Miner, number: ID.Number };
      return withChain(sectors, id, sectors.chain.submitPreCommit(id, info, reset));
    },
    pollPreCommitState: async (id) => withChain(sectors, id, sectors.chain.pollPreCommit(id)),
    submitPersisted: async (id, instance) => sectors.submitPersisted(id, instance),
    // The mock chain counts whole seconds; nobody waits for them here.
    waitSeed: async (id) => ({
      ...withChain(sectors, id, sectors.chain.waitSeed(id)),
      ...(sectors.chain.waitSeed(id).ShouldWait ? { Delay: 0 } : {}),
    }),
    submitProof: async (id, { Proof, Sealed }, reset) =>
      withChain(sectors, id, sectors.chain.submitProof(id, Proof, reset, Sealed)),
    pollProofState: async (id) => withChain(sectors, id, sectors.chain.pollProof(id)),
    reportState: async (id, report) => {
      const { Finalized: finalized, AbortReason } = sectors.reportState(id, report);
      return { finalized, abortReason: AbortReason || null };
    },
    reportFinalized: async (id) => sectors.reportFinalized(id),
    reportAborted: async (id, reason) => sectors.reportAborted(id, reason),
    pieceSource: async (cid) => ({ url: `http://127.0.0.1:9/${cid}`, headers: {} }),
  };
}
