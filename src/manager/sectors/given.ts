/** Who may speak of a sector: whoever it, or a job of it, was given to. A number alone does not identify it. */
import { SealvisorError } from '../../protocol/errors.js';
import type { Caller } from '../../protocol/identity.js';
import { formatSectorId, type SectorId } from '../../protocol/sector.js';
import type { JobBook } from '../jobs/book.js';
import type { Lives } from './lives.js';

export interface GivenCheck {
  /** What was never given out is told by who is asked for it. @throws not_your_sector */
  check(id: SectorId, caller: Caller): void;
  /** Whether the caller names what the sector, or a job of it, was given under. */
  isGivenTo(id: SectorId, caller: Caller): boolean;
  /** Whether the caller was given it once and not heard of, and another has it by now. */
  isGivenElsewhere(id: SectorId, caller: Caller): boolean;
}

export function givenCheck(lives: Lives, book: Pick<JobBook, 'ofSector'>): GivenCheck {
  /** Under what the sector and its jobs were given; null where who got them said nothing of itself. */
  const requests = (id: SectorId): readonly (string | null)[] => [
    lives.find(id)?.given?.request ?? null,
    ...book
      .ofSector(id)
      .filter(({ life }) => life.given > 0)
      .map(({ life }) => life.request),
  ];
  return {
    isGivenTo: (id, { given }) => requests(id).includes(given),
    check: (id, { given, worker }) => {
      if (lives.find(id) === undefined || requests(id).includes(given)) return;
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
    },
    isGivenElsewhere: (id, { given }) => {
      if (given === null || requests(id).includes(given)) return false;
      const life = lives.find(id);
      return (
        life?.earlier.includes(given) || book.ofSector(id).some(({ life }) => life.earlier.includes(given))
      );
    },
  };
}
