/** The manager's service for the threads' calls: with failures counted and reports recorded. */
import type { ManagerLink, SectorClient } from '../fleet/sector-client.js';
import type { PlanName } from '../protocol/plan-names.js';
import type { SectorService } from '../protocol/sealer.js';
import type { MainSide } from './border/contract.js';
import type { FailedAllocations } from './failed-allocations.js';
import type { ToldReports } from './told-reports.js';

/** A plain service, or a client that identifies this worker to the manager and checks the manager's id. */
export type LinkedService = SectorService | ((link: ManagerLink) => SectorClient);

/** What observes the calls of every thread. */
export interface CallFollowers {
  readonly failed: Pick<FailedAllocations, 'counting'>;
  readonly told: Pick<ToldReports, 'following'>;
}

/** The calls of one thread; `planOf`: its current plan. */
export type ManagerCalls = (planOf: () => PlanName) => MainSide['manager'];

export function managerCalls(
  linked: LinkedService,
  link: ManagerLink,
  { failed, told }: CallFollowers,
): ManagerCalls {
  const serviceOf =
    typeof linked === 'function' ? serviceOfClient(linked(link)) : (): SectorService => linked;
  return (planOf) => (given) => told.following(failed.counting(serviceOf(given), planOf), given);
}

function serviceOfClient(client: SectorClient): MainSide['manager'] {
  return (given) => (given === undefined ? client : client.holding(given));
}
