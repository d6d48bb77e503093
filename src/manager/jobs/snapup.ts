/** Upgrades: a finished sector without deals is encoded again with pieces (FIP-0019). */
import { SealvisorError } from '../../protocol/errors.js';
import type { Asking } from '../../protocol/identity.js';
import type { AllowedSpec, DealsSpec, SnapUpJob, SnapUpProof } from '../../protocol/jobs.js';
import { proofTypeOfNumber, type SectorId } from '../../protocol/sector.js';
import type { OnChain, SubmitAnswer } from '../../protocol/sector-answers.js';
import { someOf } from '../../protocol/some-of.js';
import type { PieceRow } from '../../store/piece-table.js';
import { checkPieceDirectory } from '../pieces/file.js';
import { scanPieces } from '../pieces/pieces.js';
import { sealedAs } from '../sectors/facts.js';
import { dealOf, packPieces, type SectorLife, type Upgrade } from '../sectors/life.js';
import {
  type Asked,
  askedOf,
  checkNoJob,
  finishedLife,
  type JobDesk,
  notPossible,
  wireSector,
} from './desk.js';
import { requestOf } from './hands.js';
import { isOfKind, type Job } from './life.js';

export function snapUpJobs(desk: JobDesk, takenPieces: () => ReadonlySet<string>) {
  const { store, lives, book, hands, clock, pieceRoots } = desk;

  /** @throws sector_not_found, state_not_possible */
  const upgradable = (id: SectorId): SectorLife => {
    const life = finishedLife(desk, id);
    if (life.upgraded) throw notPossible(id, 'is upgraded already');
    if (life.deals !== null && life.deals.length > 0)
      throw notPossible(id, 'was sealed with deals: only one without can be upgraded');
    if (!sealedAs(life)) throw notPossible(id, 'cannot be upgraded: its CommR was never reported here');
    checkNoJob(desk, id);
    return life;
  };

  /** All pieces of the directory, in the order in which they are to lie. @throws usage */
  const piecesIn = async (directory: string, sectorSize: number, signal: AbortSignal) => {
    await checkPieceDirectory(directory, pieceRoots);
    const { cids, skipped } = await scanPieces({
      ...{ directory, sectorSize, store, signal },
      emit: () => undefined,
      aside: true,
    });
    const rows = cids.map((cid) => store.piece(cid)).filter((row): row is PieceRow => row !== undefined);
    if (rows.length === 0 && skipped.length === 0)
      throw new SealvisorError('usage', `there is no piece in ${directory}: an upgrade needs one at least`);
    // Once for all: it is read from the lives of all sectors.
    const others = takenPieces();
    const taken = rows.filter(({ cid }) => others.has(cid)).map(({ path }) => path);
    if (taken.length > 0)
      throw new SealvisorError(
        'usage',
        `${someOf(taken)}: another sector or job has it; take it out of ${directory}`,
      );
    const packed = packPieces(rows, sectorSize, null);
    const left = [...skipped, ...rows.filter((row) => !packed.includes(row)).map(({ path }) => path)];
    if (left.length === 0) return packed;
    throw new SealvisorError(
      'usage',
      `the pieces do not fit one sector of ${sectorSize} bytes: without ${someOf(left)} they would`,
    );
  };

  return {
    /** @throws sector_not_found, state_not_possible, usage */
    add: async (
      id: SectorId,
      asked: Asked & { readonly pieces: string },
      signal: AbortSignal,
    ): Promise<Job> => {
      const { proofType } = upgradable(id);
      const rows = await piecesIn(asked.pieces, proofTypeOfNumber(proofType).size, signal);
      // The files took their time.
      signal.throwIfAborted();
      upgradable(id);
      const task = { kind: 'snapup', pieces: rows.map(dealOf), reserved: null } as const;
      return book.add({ task, sector: id, proofType, asked: askedOf(asked, clock) });
    },

    allocate: (
      spec: { readonly Sector: AllowedSpec; readonly Deals: DealsSpec } & Pick<Asking, 'Request'>,
    ): SnapUpJob | null => {
      const { MaxDeals, MinUsedSpace } = spec.Deals;
      const wanted = { ...spec.Sector, Request: spec.Request };
      const job = hands.give('snapup', wanted, ({ life: { task } }) => {
        const used = task.pieces.reduce((sum, deal) => sum + deal.Piece.Size, 0);
        return task.pieces.length <= (MaxDeals ?? Number.POSITIVE_INFINITY) && used >= (MinUsedSpace ?? 0);
      });
      if (!job?.life.sector) return null;
      const { sector, proofType, task } = job.life;
      const life = lives.of(sector);
      return {
        ...requestOf(job),
        Sector: wireSector(sector, proofType),
        Pieces: task.pieces,
        Public: { CommR: sealedAs(life)?.CommR ?? [] },
        Private: { AccessInstance: life.persistedIn ?? '' },
      };
    },

    submit: (id: SectorId, proof: SnapUpProof): SubmitAnswer => {
      const { upgraded } = lives.of(id);
      const job = hands.held('snapup', id);
      if (upgraded)
        return isSame(upgraded, proof)
          ? answer(2)
          : answer(3, 'the sector was upgraded with another replica');
      if (job?.life.state !== 'given')
        return answer(4, job?.life.end?.reason ?? 'no upgrade of this sector is in progress');
      if (proof.Proof === '') return answer(4, 'the proof is empty');
      const { pieces, reserved } = job.life.task;
      const wanted = pieces.map(({ Piece }) => Piece.Cid['/']);
      if (!isSameList(wanted, cidsOf(proof)))
        return answer(3, `the upgrade is to hold ${wanted.join(', ')}, in this order`);
      const { CommR, CommD, AccessInstance: instance } = proof;
      if (instance === '' || (reserved !== null && reserved !== instance))
        return answer(
          5,
          `the files are looked for in store ${reserved ?? '(none was named)'}, not in ${instance}`,
        );
      store.together(() => {
        lives.keep(id, { upgraded: { CommR, CommD, pieces, instance } });
        book.keep(job, { state: 'done', failure: null });
      });
      return answer(1);
    },

    /** What is on chain of an upgrade; null where there is none. */
    onChain: (id: SectorId): OnChain | null => {
      const { upgraded } = lives.of(id);
      return upgraded && { CommR: upgraded.CommR, CommD: upgraded.CommD };
    },

    /** CIDs that a job needs, or may need again. */
    pieces: (): readonly string[] =>
      book
        .open()
        .flatMap((job) => (isOfKind(job, 'snapup') && !isFreed(job) ? job.life.task.pieces : []))
        .map(({ Piece }) => Piece.Cid['/']),
  };
}

/** Cancelled, its thread may still have it. */
const isFreed = ({ life }: Job) => life.state === 'cancelled' || life.state === 'aborted';

const answer = (Res: number, Desc: string | null = null): SubmitAnswer => ({ Res, Desc });
const cidsOf = (proof: SnapUpProof) => proof.Pieces.map((cid) => cid['/']);
const isSameList = (one: readonly unknown[], other: readonly unknown[]) =>
  JSON.stringify(one) === JSON.stringify(other);

function isSame(upgrade: Upgrade, proof: SnapUpProof): boolean {
  const cids = upgrade.pieces.map(({ Piece }) => Piece.Cid['/']);
  return (
    isSameList(upgrade.CommR, proof.CommR) &&
    isSameList(upgrade.CommD, proof.CommD) &&
    isSameList(cids, cidsOf(proof)) &&
    upgrade.instance === proof.AccessInstance
  );
}
