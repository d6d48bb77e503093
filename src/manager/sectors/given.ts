/**
 * Who may make calls about a sector: the worker that it, or a job of it, was given to. Its number is not enough to
 * prove that.
 */
import { SealvisorError } from '../../protocol/errors.js';
import type { Caller } from '../../protocol/identity.js';
import { formatSectorId, type SectorId } from '../../protocol/sector.js';
import type { Jobs } from '../jobs/jobs.js';
import type { Lives } from './lives.js';

export class GivenCheck {
  constructor(
    private readonly lives: Lives,
    private readonly jobs: Pick<Jobs, 'ofSector'>,
  ) {}

  /** A sector that was never allocated passes: the call itself then fails with sector_not_found. @throws not_your_sector */
  check(id: SectorId, caller: Caller): void {
    if (this.lives.find(id) === undefined || this.isGivenTo(id, caller)) return;
    const { given, worker } = caller;
    const name = formatSectorId(id);
    const who = worker === null ? 'who asks' : `worker ${worker}`;
    const why =
      given === null
        ? `${who} names no allocation, and it was given to a worker that does`
        : `the allocation of ${who} is not the one it was given under`;
    throw new SealvisorError(
      'not_your_sector',
      `sector ${name} was given to somebody else here: ${why}; resume --state Aborted lets it go, and what the manager has of ${name} stays as it is`,
    );
  }

  /** Whether the caller names the request that the sector, or a job of it, was given under. */
  isGivenTo(id: SectorId, { given }: Caller): boolean {
    return this.#requests(id).includes(given);
  }

  /** Whether the sector was given to the caller earlier, was never reported, and was then given to another. */
  isGivenElsewhere(id: SectorId, caller: Caller): boolean {
    const { given } = caller;
    if (given === null || this.isGivenTo(id, caller)) return false;
    return (
      this.lives.find(id)?.earlier.includes(given) ||
      this.jobs.ofSector(id).some(({ life }) => life.earlier.includes(given))
    );
  }

  /** The requests that the sector and its jobs were given under; null for a worker that sent none. */
  #requests(id: SectorId): readonly (string | null)[] {
    return [
      this.lives.find(id)?.given?.request ?? null,
      ...this.jobs
        .ofSector(id)
        .filter(({ life }) => life.given > 0)
        .map(({ life }) => life.request),
    ];
  }
}
