import type { ManagerLink, SectorClient } from '../../fleet/sector-client.js';
import type { GivenBy } from '../../protocol/identity.js';
import type { SectorService, StateReport } from '../../protocol/sealer.js';
import type { SectorId } from '../../protocol/sector.js';

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

/** A call about the thread's current sector or job: what it was given under comes first, then the call's own name. */
const holdingCall = 'holding';

/**
 * The manager's service as a thread sees it: each call goes to the worker's main thread, which holds the connection.
 * `given`: of the current sector or job; undefined where nothing is.
 */
export function remoteService(
  call: (name: string, args: readonly unknown[]) => Promise<unknown>,
  given?: GivenBy | null,
): SectorService {
  const calls = serviceCalls.map((name) => [
    name,
    (...args: unknown[]) =>
      given === undefined ? call(name, args) : call(holdingCall, [given, name, ...args]),
  ]);
  // Every key of SectorService is in the list above, and the other side answers with its types.
  return Object.fromEntries(calls) as SectorService;
}

/** The report that a thread's call sends to the manager; undefined for any other call. */
export function heldReportOf(
  name: string,
  args: readonly unknown[],
):
  | { readonly id: SectorId; readonly body: StateReport; readonly given: GivenBy | null | undefined }
  | undefined {
  const isHolding = name === holdingCall;
  // Sent by the function above alone.
  const [given, called, ...rest] = (isHolding ? args : [undefined, name, ...args]) as [
    GivenBy | null | undefined,
    string,
    ...unknown[],
  ];
  if (called !== ('reportState' satisfies keyof SectorService)) return undefined;
  const [id, body] = rest as unknown as Parameters<SectorService['reportState']>;
  return { id, body, given };
}

/** The other side: a thread's call by name, refused when it is none of the service's. */
export function serviceDispatcher(service: SectorService & Partial<Pick<SectorClient, 'holding'>>) {
  return async (name: string, args: readonly unknown[]): Promise<unknown> => {
    if (name === holdingCall) {
      // Sent by the function above alone.
      const [given, held, ...rest] = args as [GivenBy | null, string, ...unknown[]];
      return serviceDispatcher(service.holding?.(given) ?? service)(held, rest);
    }
    const known = serviceCalls.find((each) => each === name);
    if (!known) throw new Error(`no service call ${name}`);
    // The arguments were typed where the call was made, by the same interface.
    return (service[known] as (...args: readonly unknown[]) => Promise<unknown>)(...args);
  };
}

/** A manager that is told of this worker, and says who it is. */
export type LinkedService = SectorService | ((link: ManagerLink) => SectorClient);

export function linked(service: LinkedService, link: ManagerLink): SectorService {
  return typeof service === 'function' ? service(link) : service;
}
