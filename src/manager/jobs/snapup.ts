/** Upgrades: a finished sector without deals is encoded again with pieces (FIP-0019). */
import type { Asking } from '../../protocol/identity.js';
import type { AllowedSpec, DealsSpec, SnapUpJob, SnapUpProof } from '../../protocol/jobs.js';
import { proofTypeOfNumber, type SectorId } from '../../protocol/sector.js';
import type { OnChain, SubmitAnswer } from '../../protocol/sector-answers.js';
import { sealedAs } from '../sectors/facts.js';
import { dealOf, type SectorLife, type Upgrade } from '../sectors/life.js';
import { type Asked, type JobDesk, notPossible } from './desk.js';
import { type Job, jobsOfKind, type SnapUpTask } from './life.js';
import { upgradePieces } from './snapup-pieces.js';

export interface UpgradeOptions {
  /** Directories that pieces may be read from. */
  readonly pieceRoots: readonly string[];
  /** CIDs of the pieces that sectors hold. */
  readonly inSectors: () => ReadonlySet<string>;
}

export class Upgrades {
  constructor(
    private readonly desk: JobDesk,
    private readonly options: UpgradeOptions,
  ) {}

  /** @throws sector_not_found, state_not_possible, usage */
  async add(id: SectorId, wish: Asked & { readonly pieces: string }, signal: AbortSignal): Promise<Job> {
    const { proofType } = this.#upgradable(id);
    const rows = await upgradePieces({
      directory: wish.pieces,
      roots: this.options.pieceRoots,
      sectorSize: proofTypeOfNumber(proofType).size,
      store: this.desk.store,
      taken: () => new Set([...this.options.inSectors(), ...this.pieces()]),
      signal,
    });
    // Reading the files took time: check again.
    signal.throwIfAborted();
    this.#upgradable(id);
    const task = { kind: 'snapup', pieces: rows.map(dealOf), reserved: null } as const;
    return this.desk.book.add({ task, sector: id, proofType, asked: this.desk.asked(wish) });
  }

  allocate(
    spec: { readonly Sector: AllowedSpec; readonly Deals: DealsSpec } & Pick<Asking, 'Request'>,
  ): SnapUpJob | null {
    const { MaxDeals, MinUsedSpace } = spec.Deals;
    const given = this.desk.give(
      'snapup',
      { ...spec.Sector, Request: spec.Request },
      ({ life: { task } }) => {
        const used = task.pieces.reduce((sum, deal) => sum + deal.Piece.Size, 0);
        return task.pieces.length <= (MaxDeals ?? Number.POSITIVE_INFINITY) && used >= (MinUsedSpace ?? 0);
      },
    );
    return (
      given && {
        ...given.answer,
        Pieces: given.task.pieces,
        Public: { CommR: sealedAs(given.life)?.CommR ?? [] },
        Private: { AccessInstance: given.life.persistedIn ?? '' },
      }
    );
  }

  submit(id: SectorId, proof: SnapUpProof): SubmitAnswer {
    const { store, lives, book } = this.desk;
    const { upgraded } = lives.of(id);
    const job = this.desk.held('snapup', id);
    if (upgraded)
      return isSame(upgraded, proof) ? answer(2) : answer(3, 'the sector was upgraded with another replica');
    if (job?.life.state !== 'given')
      return answer(4, job?.life.end?.reason ?? 'no upgrade of this sector is in progress');
    const refusal = refusalOf(proof, job.life.task);
    if (refusal) return refusal;
    const { CommR, CommD, AccessInstance: instance } = proof;
    store.together(() => {
      lives.keep(id, { upgraded: { CommR, CommD, pieces: job.life.task.pieces, instance } });
      book.keep(job, { state: 'done', failure: null });
    });
    return answer(1);
  }

  /** What is on chain of an upgrade; null if there is none. */
  onChain(id: SectorId): OnChain | null {
    const { upgraded } = this.desk.lives.of(id);
    return upgraded && { CommR: upgraded.CommR, CommD: upgraded.CommD };
  }

  /** CIDs of pieces that an upgrade needs, or may need again. */
  pieces(): readonly string[] {
    return jobsOfKind(this.desk.book.open(), 'snapup')
      .filter((job) => !isFreed(job))
      .flatMap(({ life }) => cidsOf(life.task));
  }

  /** @throws sector_not_found, state_not_possible */
  #upgradable(id: SectorId): SectorLife {
    const life = this.desk.finishedLife(id);
    if (life.upgraded) throw notPossible(id, 'is upgraded already');
    if (life.deals !== null && life.deals.length > 0)
      throw notPossible(id, 'was sealed with deals: only one without can be upgraded');
    if (!sealedAs(life)) throw notPossible(id, 'cannot be upgraded: its CommR was never reported here');
    this.desk.checkNoJob(id);
    return life;
  }
}

/** Its pieces are free, although a thread may still have the cancelled job. */
const isFreed = ({ life }: Job) => life.state === 'cancelled' || life.state === 'aborted';

const answer = (Res: number, Desc: string | null = null): SubmitAnswer => ({ Res, Desc });
const cidsOf = ({ pieces }: Pick<Upgrade, 'pieces'>) => pieces.map(({ Piece }) => Piece.Cid['/']);
const provenCids = (proof: SnapUpProof) => proof.Pieces.map((cid) => cid['/']);
const isSameList = (one: readonly unknown[], other: readonly unknown[]) =>
  JSON.stringify(one) === JSON.stringify(other);

/** Why a worker's upgrade is refused; undefined = it is accepted. */
function refusalOf(proof: SnapUpProof, task: SnapUpTask): SubmitAnswer | undefined {
  if (proof.Proof === '') return answer(4, 'the proof is empty');
  const wanted = cidsOf(task);
  if (!isSameList(wanted, provenCids(proof)))
    return answer(3, `the upgrade is to hold ${wanted.join(', ')}, in this order`);
  const { AccessInstance: instance } = proof;
  if (instance !== '' && (task.reserved === null || task.reserved === instance)) return undefined;
  const named = task.reserved ?? '(none was named)';
  return answer(5, `the files are looked for in store ${named}, not in ${instance}`);
}

function isSame(upgrade: Upgrade, proof: SnapUpProof): boolean {
  return (
    isSameList(upgrade.CommR, proof.CommR) &&
    isSameList(upgrade.CommD, proof.CommD) &&
    isSameList(cidsOf(upgrade), provenCids(proof)) &&
    upgrade.instance === proof.AccessInstance
  );
}
