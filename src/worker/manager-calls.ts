/** The manager's service, as the threads' calls reach it. */
import type { ManagerLink, SectorClient } from '../fleet/sector-client.js';
import type { PlanName } from '../protocol/plan-names.js';
import type { SectorService } from '../protocol/sealer.js';
import type { MainSide } from './border/contract.js';
import type { FailedAllocations } from './failed-allocations.js';
import type { ToldReports } from './told-reports.js';

/** A manager that is told of this worker, and says who it is; or one that is not. */
export type LinkedService = SectorService | ((link: ManagerLink) => SectorClient);

/** What follows the calls of every thread. */
export interface CallFollowers {
  readonly failed: Pick<FailedAllocations, 'counting'>;
  readonly told: Pick<ToldReports, 'following'>;
}

/** The calls of one thread; `planOf`: its plan of the moment. */
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
