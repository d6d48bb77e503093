import type { Sectors } from '#src/manager/sectors.js';
import type { JobService } from '#src/protocol/jobs.js';
import type { SectorService } from '#src/protocol/sealer.js';

const noJobs: JobService = {
  allocateSnapUpSector: async () => null,
  submitSnapUpProof: async () => ({ Res: 4, Desc: 'no such job' }),
  allocateRebuildSector: async () => null,
  allocateUnsealSector: async () => null,
  achieveUnsealSector: async () => undefined,
  acquireUnsealDest: async () => [],
  storeReserveSpace: async () => null,
  storeBasicInfo: async () => null,
  wdPoStAllocateJobs: async () => [],
  wdPoStHeartbeatJobs: async () => undefined,
  wdPoStFinishJob: async () => undefined,
};

/** A manager's sectors as a thread reaches them, without a wire between. */
export function realService(sectors: Sectors): SectorService {
  return {
    ...noJobs,
    allocateSector: async (spec) => sectors.allocate(spec.AllowedMiners, spec.AllowedProofTypes),
    acquireDeals: async (id, spec) => sectors.acquireDeals(id, spec.MaxDeals, spec.MinUsedSpace),
    assignTicket: async (id) => sectors.assignTicket(id),
    submitPreCommit: async ({ ID }, info, reset) =>
      sectors.submitPreCommit({ miner: ID.Miner, number: ID.Number }, info, reset),
    pollPreCommitState: async (id) => sectors.pollPreCommit(id),
    submitPersisted: async (id, instance) => sectors.submitPersisted(id, instance),
    // The mock chain counts whole seconds; nobody waits for them here.
    waitSeed: async (id) => ({
      ...sectors.waitSeed(id),
      ...(sectors.waitSeed(id).ShouldWait ? { Delay: 0 } : {}),
    }),
    submitProof: async (id, { Proof }, reset) => sectors.submitProof(id, Proof, reset),
    pollProofState: async (id) => sectors.pollProof(id),
    reportState: async (id, report) => {
      const { Finalized: finalized, AbortReason } = sectors.reportState(id, report);
      return { finalized, abortReason: AbortReason || null };
    },
    reportFinalized: async (id) => sectors.reportFinalized(id),
    reportAborted: async (id, reason) => sectors.reportAborted(id, reason),
    pieceSource: async (cid) => ({ url: `http://127.0.0.1:9/${cid}`, headers: {} }),
  };
}
