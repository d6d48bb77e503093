/** Unseals: the data of a piece is read back from its sector. */
import { SealvisorError } from '../../protocol/errors.js';
import type { UnsealJob } from '../../protocol/jobs.js';
import { formatSectorId, type SectorId } from '../../protocol/sector.js';
import { someOf } from '../../protocol/some-of.js';
import { type PiecePlace, piecesOf, placesOf, sealedAs, storeOf } from '../sectors/facts.js';
import type { SectorLife } from '../sectors/life.js';
import { type Asked, type JobDesk, notPossible } from './desk.js';
import type { JobSpec } from './hands.js';
import { type Job, jobsOfKind, type TaskOf, workerOf } from './life.js';
import { destOf, unsealDest } from './unseal-dest.js';

/** Which piece is wanted, and where; without `piece`, all pieces of the sector. */
export interface UnsealWish extends Asked {
  readonly piece?: string | undefined;
  readonly dest: string;
}

export class Unseals {
  constructor(private readonly desk: JobDesk) {}

  /** One job for each piece. @throws sector_not_found, state_not_possible, piece_missing, usage */
  add(id: SectorId, wish: UnsealWish): readonly Job[] {
    const { store, book } = this.desk;
    const life = this.desk.finishedLife(id);
    const wanted = wantedOf(id, life, wish.piece);
    const dest = unsealDest(wish.dest, wanted.length);
    const { proofType } = life;
    return store.together(() =>
      wanted.map((place) => {
        const task = { kind: 'unseal', ...place, dest: destOf(dest, place.cid) } as const;
        return book.add({ task, sector: id, proofType, asked: this.desk.asked(wish) });
      }),
    );
  }

  allocate(spec: JobSpec): UnsealJob | null {
    const { lives } = this.desk;
    const isUpgraded = ({ life }: Job) => life.sector !== null && lives.of(life.sector).upgraded !== null;
    const given = this.desk.give('unseal', spec, (open) => !isUpgraded(open) || isOurs(spec));
    const sealed = given && sealedAs(given.life);
    if (!sealed) return null;
    const { task, life, answer } = given;
    return {
      ...answer,
      PieceCid: { '/': task.cid },
      Offset: task.offset,
      Size: task.size,
      PayloadSize: task.payloadSize,
      PrivateInfo: { AccessInstance: storeOf(life) ?? '' },
      Ticket: sealed.Ticket,
      CommD: sealed.CommD,
      Upgrade: life.upgraded && { CommROld: sealed.CommR, CommDNew: life.upgraded.CommD },
    };
  }

  dests(id: SectorId, cid: string): readonly string[] {
    return [this.#jobOf(id, cid).life.task.dest];
  }

  /**
   * The piece was delivered, or (with `errInfo`) could not be. Repeated, or for a job that is over, it changes
   * nothing.
   * @throws job_not_found
   */
  achieve(id: SectorId, cid: string, errInfo: string): void {
    const { book } = this.desk;
    const job = this.#jobOf(id, cid);
    if (job.life.state !== 'given') return;
    if (errInfo === '') book.keep(job, { state: 'done', failure: null });
    else book.keep(job, { state: 'failed', end: { reason: errInfo, by: workerOf(job) } });
  }

  /** The job that a worker's call about a piece belongs to: the one it holds, else the latest. @throws job_not_found */
  #jobOf(id: SectorId, cid: string): Job<TaskOf<'unseal'>> {
    const jobs = jobsOfKind(this.desk.book.ofSector(id), 'unseal').filter(
      ({ life }) => life.task.cid === cid && life.given > 0,
    );
    const job = jobs.findLast(({ life }) => life.isHeld) ?? jobs.at(-1);
    if (job) return job;
    throw new SealvisorError(
      'job_not_found',
      `no unseal of piece ${cid} of sector ${formatSectorId(id)} was ever given`,
    );
  }
}

/**
 * Whether one of our workers asks: they send a request id. An upstream worker decodes every sector as if it was not
 * upgraded, and delivers the result without checking it.
 */
function isOurs({ Request }: JobSpec): boolean {
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
