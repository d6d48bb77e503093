/** The `Venus.` methods by which upstream's command line reads sectors, as far as this manager has the facts. */
import * as z from 'zod';
import type { JobLife } from '../../manager/jobs/life.js';
import type { Manager } from '../../manager/manager.js';
import { storeOf } from '../../manager/sectors/facts.js';
import { isOver, type SectorLife } from '../../manager/sectors/life.js';
import { SealvisorError } from '../../protocol/errors.js';
import { wireLevel } from '../../protocol/level.js';
import { sectorIdParam } from '../../protocol/sealer-wire.js';
import { formatSectorId, type SectorId } from '../../protocol/sector.js';
import { parse } from '../parse.js';
import type { OnMethod } from './method.js';

const id = (value: unknown) => parse(sectorIdParam, value, 'sector id');
const workerState = z.enum(['online', 'offline']);
const indexType = z.enum(['normal', 'upgrade']);
/** Upstream's `SectorWorkerJob`; v0.2 omits it, which means 0. */
const jobKind = z
  .union([z.literal(0), z.literal(1), z.literal(2), z.literal(3), z.literal(4)], {
    error: '0 (all), 1 (sealing), 2 (snapup), 3 (rebuild) or 4 (unseal)',
  })
  .nullish()
  .transform((kind) => kind ?? 0);

/** Methods that need deadlines and sectors from a real chain, each with what to use instead. */
const refused = {
  SnapUpPreFetch: 'ask for an upgrade with `venus-sector-manager util sealer snapup <sector> --pieces <dir>`',
  SnapUpCandidates: 'see which sectors are finished with `venus-sector-manager util sealer list`',
  ProvingSectorInfo: 'see the sector with `venus-sector-manager util sealer list`',
} as const;

export function listingMethods(on: OnMethod, sectors: Manager['sectors']): void {
  on('ListSectors', ['state', 'job'], (state, job) => {
    const wanted = parse(workerState, state, 'state');
    const kind = parse(jobKind, job, 'job');
    return sectors
      .lives()
      .map(({ id: of, life }) => ({ of, life, job: heldJob(sectors, of) }))
      .filter((each) => isOnline(each) === (wanted === 'online'))
      .map(({ of, ...each }) => sectorState(of, each))
      .filter(isOfJob[kind]);
  });
  on('SectorIndexerFind', ['type', 'id'], (type, of) => {
    const kind = parse(indexType, type, 'type');
    const life = sectors.find(id(of));
    const store = life === undefined || life.lost ? null : storeIn(kind, life);
    return { Found: store !== null, Instance: { SealedFile: store ?? '', CacheDir: store ?? '' } };
  });
  on('RestoreSector', ['id', 'forced'], (of) => {
    const sector = id(of);
    const { state } = sectors.view(sector);
    throw new SealvisorError(
      'state_not_possible',
      `sector ${formatSectorId(sector)} is ${state} and cannot be restored: once a sector is over, its pieces may be in another one; for lost files of a finished sector use \`venus-sector-manager util sealer rebuild\``,
    );
  });
  for (const [method, instead] of Object.entries(refused))
    on(method, [], () => {
      throw new SealvisorError('not_found', `Venus.${method} is not served by this manager: ${instead}`);
    });
}

/** The store of the files; null for the other type, as an upgraded sector's files replace the sealed ones. */
function storeIn(kind: z.infer<typeof indexType>, life: SectorLife): string | null {
  const isMeant = (life.upgraded !== null) === (kind === 'upgrade');
  return isMeant && life.abortReason === null ? storeOf(life) : null;
}

/** The sector's latest job that a worker holds. */
function heldJob({ jobs }: Manager['sectors'], of: SectorId): JobLife | undefined {
  return jobs.ofSector(of).findLast(({ life }) => life.isHeld)?.life;
}

interface Shown {
  readonly life: SectorLife;
  readonly job: JobLife | undefined;
}

/** Whether a worker has it, to seal it or for a job. */
const isOnline = ({ life, job }: Shown) => job !== undefined || !isOver(life);

type SectorState = ReturnType<typeof sectorState>;

/** By upstream's numbers, with upstream's conditions. */
const isOfJob: Readonly<Record<0 | 1 | 2 | 3 | 4, (state: SectorState) => boolean>> = {
  0: () => true,
  1: ({ Upgraded, NeedRebuild, Unsealing }) => !Upgraded && !NeedRebuild && !Unsealing,
  2: ({ Upgraded, NeedRebuild, Unsealing }) => Upgraded && !NeedRebuild && !Unsealing,
  3: ({ NeedRebuild }) => NeedRebuild,
  4: ({ Unsealing }) => Unsealing,
};

/** Upstream's `SectorState`, without the optional fields that this manager does not have. */
function sectorState({ miner, number }: SectorId, { life, job }: Shown) {
  const { worker, failure } = job ?? life;
  const state = job ? (job.planState ?? 'Allocated') : life.state;
  const latest = worker && {
    Worker: worker,
    StateChange: { Prev: '', Next: state, Event: '' },
    Failure: failure && { ...failure, Level: wireLevel(failure.Level) },
  };
  return {
    ID: { Miner: miner, Number: number },
    SectorType: life.proofType,
    ...(life.ticket ? { Ticket: life.ticket } : {}),
    Deals: life.upgraded?.pieces ?? life.deals,
    Pieces: null,
    MessageInfo: { PreCommitCid: null, CommitCid: null, NeedSend: false },
    ...(latest ? { LatestState: latest } : {}),
    Finalized: life.finalized,
    Removed: false,
    AbortReason: life.abortReason ?? '',
    // Already true while it is being upgraded.
    Upgraded: life.upgraded !== null || job?.task.kind === 'snapup',
    Imported: false,
    NeedRebuild: life.lost !== null,
    Unsealing: job?.task.kind === 'unseal',
  };
}
