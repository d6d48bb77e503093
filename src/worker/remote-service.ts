import type { SectorService } from '../protocol/sealer.js';

export const serviceCalls = [
  'allocateSector',
  'acquireDeals',
  'assignTicket',
  'submitPreCommit',
  'pollPreCommitState',
  'submitPersisted',
  'waitSeed',
  'submitProof',
  'pollProofState',
  'reportState',
  'reportFinalized',
  'reportAborted',
  'pieceSource',
  'allocateSnapUpSector',
  'submitSnapUpProof',
  'allocateRebuildSector',
  'allocateUnsealSector',
  'achieveUnsealSector',
  'acquireUnsealDest',
  'storeReserveSpace',
  'storeBasicInfo',
  'wdPoStAllocateJobs',
  'wdPoStHeartbeatJobs',
  'wdPoStFinishJob',
] as const satisfies readonly (keyof SectorService)[];

/** The manager's service as a thread sees it: each call goes to the worker's main thread, which holds the connection. */
export function remoteService(
  call: (name: string, args: readonly unknown[]) => Promise<unknown>,
): SectorService {
  const calls = serviceCalls.map((name) => [name, (...args: unknown[]) => call(name, args)]);
  // Every key of SectorService is in the list above, and the other side answers with its types.
  return Object.fromEntries(calls) as SectorService;
}

/** The other side: a thread's call by name, refused when it is none of the service's. */
export function serviceDispatcher(service: SectorService) {
  return async (name: string, args: readonly unknown[]): Promise<unknown> => {
    const known = serviceCalls.find((each) => each === name);
    if (!known) throw new Error(`no service call ${name}`);
    // The arguments were typed where the call was made, by the same interface.
    return (service[known] as (...args: readonly unknown[]) => Promise<unknown>)(...args);
  };
}
