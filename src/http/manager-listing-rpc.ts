/** The `Venus.` methods by which upstream's command line reads sectors, as far as this manager has the facts. */
import * as z from 'zod';
import type { Manager } from '../manager/manager.js';
import { storeOf } from '../manager/sector-facts.js';
import { isOver, type SectorLife } from '../manager/sector-life.js';
import { SealvisorError } from '../protocol/errors.js';
import { wireLevel } from '../protocol/level.js';
import { sectorIdParam } from '../protocol/sealer-wire.js';
import { formatSectorId, type SectorId } from '../protocol/sector.js';
import type { OnMethod } from './manager-method.js';
import { parse } from './parse.js';

const id = (value: unknown) => parse(sectorIdParam, value, 'sector id');
const workerState = z.enum(['online', 'offline']);
const indexType = z.enum(['normal', 'upgrade']);
/** Later versions add which kind of job; 0 = all. */
const allJobs = z.literal(0).nullish();

/** Methods whose answers are made from what a chain says of deadlines and sectors, and what upstream does without them. */
const refused = {
  SnapUpPreFetch: 'ask for an upgrade with `venus-sector-manager util sealer snapup <sector> --pieces <dir>`',
  SnapUpCandidates: 'see which sectors are finished with `venus-sector-manager util sealer list`',
  ProvingSectorInfo: 'see the sector with `venus-sector-manager util sealer list`',
} as const;

export function listingMethods(on: OnMethod, sectors: Manager['sectors']): void {
  on('ListSectors', ['state', 'job'], (state, job) => {
    const wanted = parse(workerState, state, 'state');
    parse(allJobs, job, 'job');
    return sectors
      .lives()
      .filter(({ life }) => isOver(life) === (wanted === 'offline'))
      .map(({ id: of, life }) => sectorState(of, life));
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

/** An upgraded sector's files replace those that were sealed. */
function storeIn(kind: z.infer<typeof indexType>, life: SectorLife): string | null {
  const isMeant = (life.upgraded !== null) === (kind === 'upgrade');
  return isMeant && life.abortReason === null ? storeOf(life) : null;
}

/** Upstream's `SectorState`; what it may leave out and this manager does not have is left out. */
function sectorState({ miner, number }: SectorId, life: SectorLife) {
  const { worker, failure, state } = life;
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
    Upgraded: life.upgraded !== null,
    Imported: false,
    NeedRebuild: life.lost !== null,
  };
}
