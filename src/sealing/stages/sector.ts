/** Stages that allocate a sector and release it. */
import { rm } from 'node:fs/promises';
import { isUnknownSector, SealvisorError } from '../../protocol/errors.js';
import { isInteractive, type Sector, sectorOf } from '../../protocol/sector.js';
import type { Allocated, Deal } from '../../protocol/sector-answers.js';
import { sectorFiles } from '../sector-files.js';
import { type Stage, type StageContext, sectorAtHand } from '../stage.js';
import { leavePlaces } from '../stores/keep-place.js';
import { allocation, allowed } from './allocation.js';
import { removeStored } from './give-up.js';
import { isAnother } from './on-chain.js';
import { removeOtherCopies } from './one-copy.js';

/** `isNonInteractive`: only sectors that are proven without pre-commit and seed; without it, only the other ones. */
export const allocateSector = ({ isNonInteractive = false } = {}): Stage =>
  allocation(
    ({ service, settings }, asking) => {
      const spec = allowed(settings, ({ isInteractive }) => isInteractive !== isNonInteractive);
      return service.allocateSector({ ...spec, ...asking }, isNonInteractive);
    },
    (job) => {
      const sector = sectorOfJob(job);
      if (isInteractive(sector) !== isNonInteractive) return { event: 'Allocate', sector };
      throw new SealvisorError(
        'bad_answer',
        `the manager gave ${sector.id} of proof type ${sector.proofType}, which this thread's plan does not seal: see what the manager gives out`,
      );
    },
  );

/** The sector that a manager has allocated. */
export function sectorOfJob({ ID, ProofType }: Allocated): Sector {
  return sectorOf({ miner: ID.Miner, number: ID.Number }, ProofType);
}

const noDeals =
  'no deals: the manager has none for it now, and disable_cc is set; put pieces where the manager reads them, or set disable_cc = false to seal without';

export const acquireDeals: Stage = async (context) => {
  const { settings, service } = context;
  const deals: readonly Deal[] = settings.enableDeals
    ? ((await service.acquireDeals(sectorAtHand(context), {
        MaxDeals: settings.maxDeals,
        MinUsedSpace: settings.minDealSpace,
      })) ?? [])
    : [];
  if (deals.length === 0 && settings.disableCc) return { event: 'Idle', reason: noDeals };
  return { event: 'AcquireDeals', outputs: { deals } };
};

/** Reports the end and removes the local files; persisted files stay in their store. */
export const finish: Stage = async (context) => {
  const sector = sectorAtHand(context);
  await context.service.reportFinalized(sector);
  for (const note of await removeOtherCopies(context))
    context.emit?.({ event: 'sector.leftOver', sector: sector.id, end: 'finished', note });
  await leavePlaces(context.location, sector.id);
  await rm(sectorFiles(context.location, sector.id).root, { recursive: true, force: true });
  return { event: 'Released' };
};

/** The responding manager has never assigned the sector to this thread: the abort does not concern it. */
function isNoneOfIts(thrown: unknown): boolean {
  if (!(thrown instanceof SealvisorError)) return false;
  return (
    thrown.code === 'not_your_sector' || thrown.data?.code === 'sector_not_found' || isUnknownSector(thrown)
  );
}

/** Reports the abort, unless the manager has another sector under the same number, which must not be aborted. */
async function tellAborted(context: StageContext, sector: Sector, reason: string): Promise<void> {
  try {
    if (await isAnother(context)) return;
    await context.service.reportAborted(sector, reason);
  } catch (thrown) {
    if (!isNoneOfIts(thrown)) throw thrown;
  }
}

export const abort: Stage = async (context) => {
  const { sector, outputs } = context.record;
  if (sector) {
    const left = await removeStored(context);
    for (const note of left)
      context.emit?.({ event: 'sector.leftOver', sector: sector.id, end: 'aborted', note });
    await tellAborted(context, sector, [String(outputs.abortReason ?? 'aborted'), ...left].join('; '));
    await leavePlaces(context.location, sector.id);
    await rm(sectorFiles(context.location, sector.id).root, { recursive: true, force: true });
  }
  return { event: 'Released' };
};
