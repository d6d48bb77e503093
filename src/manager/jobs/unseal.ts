/** Unseals: somebody wants the data of a piece back. */
import { SealvisorError } from '../../protocol/errors.js';
import type { Asking } from '../../protocol/identity.js';
import type { AllowedSpec, UnsealJob } from '../../protocol/jobs.js';
import { formatSectorId, type SectorId } from '../../protocol/sector.js';
import { someOf } from '../../protocol/some-of.js';
import { type PiecePlace, piecesOf, placesOf, sealedAs, storeOf } from '../sectors/facts.js';
import type { SectorLife } from '../sectors/life.js';
import { type Asked, askedOf, finishedLife, type JobDesk, notPossible, wireSector } from './desk.js';
import { requestOf } from './hands.js';
import { isOfKind, type Job, type TaskOf } from './life.js';
import { destOf, unsealDest } from './unseal-dest.js';

export function unsealJobs(desk: JobDesk) {
  const { store, lives, book, hands, clock } = desk;

  /** The job that a worker's word about a piece is of: the current one, else the latest. @throws job_not_found */
  const jobOf = (id: SectorId, cid: string): Job<TaskOf<'unseal'>> => {
    const jobs = book
      .ofSector(id)
      .filter((job) => isOfKind(job, 'unseal'))
      .filter(({ life }) => life.task.cid === cid && life.given > 0);
    const job = jobs.findLast(({ life }) => life.isHeld) ?? jobs.at(-1);
    if (job) return job;
    throw new SealvisorError(
      'job_not_found',
      `no unseal of piece ${cid} of sector ${formatSectorId(id)} was ever given`,
    );
  };

  return {
    /** One job a piece. @throws sector_not_found, state_not_possible, piece_missing, usage */
    add: (
      id: SectorId,
      asked: Asked & { readonly piece?: string | undefined; readonly dest: string },
    ): readonly Job[] => {
      const life = finishedLife(desk, id);
      const wanted = wantedOf(id, life, asked.piece);
      const dest = unsealDest(asked.dest, wanted.length);
      const { proofType } = life;
      return store.together(() =>
        wanted.map((place) => {
          const task = { kind: 'unseal', ...place, dest: destOf(dest, place.cid) } as const;
          return book.add({ task, sector: id, proofType, asked: askedOf(asked, clock) });
        }),
      );
    },

    allocate: (spec: AllowedSpec & Pick<Asking, 'Request'>): UnsealJob | null => {
      const isUpgraded = ({ life }: Job) => life.sector !== null && lives.of(life.sector).upgraded !== null;
      const job = hands.give('unseal', spec, (open) => !isUpgraded(open) || isOurs(spec));
      if (!job?.life.sector) return null;
      const { sector, proofType, task } = job.life;
      const life = lives.of(sector);
      const sealed = sealedAs(life);
      if (!sealed) return null;
      return {
        ...requestOf(job),
        Sector: wireSector(sector, proofType),
        PieceCid: { '/': task.cid },
        Offset: task.offset,
        Size: task.size,
        PayloadSize: task.payloadSize,
        PrivateInfo: { AccessInstance: storeOf(life) ?? '' },
        Ticket: sealed.Ticket,
        CommD: sealed.CommD,
        Upgrade: life.upgraded && { CommROld: sealed.CommR, CommDNew: life.upgraded.CommD },
      };
    },

    dests: (id: SectorId, cid: string): readonly string[] => [jobOf(id, cid).life.task.dest],

    /** The piece is where it was wanted, or (with words) cannot be had. Said again, or of a job that is over, it changes nothing. */
    achieve: (id: SectorId, cid: string, errInfo: string): void => {
      const job = jobOf(id, cid);
      const { state, worker } = job.life;
      if (state !== 'given') return;
      if (errInfo === '') book.keep(job, { state: 'done', failure: null });
      else book.keep(job, { state: 'failed', end: { reason: errInfo, by: worker?.Instance ?? 'worker' } });
    },
  };
}

/**
 * Whether a worker of ours asks: they make up a request. An upstream worker decodes any sector as one that is not upgraded,
 * and delivers what comes out without comparing it.
 */
function isOurs({ Request }: Pick<Asking, 'Request'>): boolean {
  return typeof Request === 'string';
}

/** @throws piece_missing, naming those that are in the sector; state_not_possible */
function wantedOf(id: SectorId, life: SectorLife, piece: string | undefined): readonly PiecePlace[] {
  const places = placesOf(piecesOf(life));
  if (places.length === 0) throw notPossible(id, 'has no pieces: there is nothing to unseal');
  if (!sealedAs(life)) throw notPossible(id, 'cannot be unsealed: its ticket was never reported here');
  if (piece === undefined) return places;
  const found = places.filter(({ cid }) => cid === piece);
  if (found.length > 0) return found.slice(0, 1);
  const known = someOf(places.map(({ cid }) => cid));
  throw new SealvisorError(
    'piece_missing',
    `piece ${piece} is not in sector ${formatSectorId(id)}: it holds ${known}`,
  );
}
