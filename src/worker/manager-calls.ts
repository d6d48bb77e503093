/** The manager's service, as the threads' calls reach it. */
import type { ManagerLink, SectorClient } from '../fleet/sector-client.js';
import type { GivenBy } from '../protocol/identity.js';
import type { SectorService } from '../protocol/sealer.js';
import type { MainSide } from './border/contract.js';

/** A manager that is told of this worker, and says who it is; or one that is not. */
export type LinkedService = SectorService | ((link: ManagerLink) => SectorClient);

/** The same service, with its calls followed. */
export type Follow = (service: SectorService, given: GivenBy | null | undefined) => SectorService;

/** `follows`: the last one hears of a call first. */
export function managerCalls(
  linked: LinkedService,
  link: ManagerLink,
  follows: readonly Follow[],
): MainSide['manager'] {
  const serviceOf =
    typeof linked === 'function' ? serviceOfClient(linked(link)) : (): SectorService => linked;
  return (given) => follows.reduce((service, follow) => follow(service, given), serviceOf(given));
}

function serviceOfClient(client: SectorClient): MainSide['manager'] {
  return (given) => (given === undefined ? client : client.holding(given));
}
