/** Stages that get a sector and let it go. */
import { rm } from 'node:fs/promises';
import type { Deal } from '../../protocol/sealer.js';
import { proofTypeOfSize, sectorOf } from '../../protocol/sector.js';
import { sectorFiles } from '../sector-files.js';
import { type Stage, sectorAtHand } from '../stage.js';

/** No job, or no answer while no sector is held: the thread stays idle and asks again (SPEC section 3). */
export const allocate: Stage = async ({ service, settings }) => {
  const sizes = settings.allowedSizes;
  const allocated = await service
    .allocateSector({
      AllowedMiners: settings.allowedMiners,
      AllowedProofTypes: sizes?.map((size) => proofTypeOfSize(size).proofType) ?? null,
    })
    .catch(() => null);
  if (allocated === null) return { event: 'Idle' };
  const sector = sectorOf({ miner: allocated.ID.Miner, number: allocated.ID.Number }, allocated.ProofType);
  return { event: 'Allocate', sector };
};

export const acquireDeals: Stage = async (context) => {
  const { settings, service } = context;
  const deals: readonly Deal[] = settings.enableDeals
    ? ((await service.acquireDeals(sectorAtHand(context), {
        MaxDeals: settings.maxDeals,
        MinUsedSpace: settings.minDealSpace,
      })) ?? [])
    : [];
  if (deals.length === 0 && settings.disableCc) return { event: 'Idle' };
  return { event: 'AcquireDeals', outputs: { deals } };
};

/** Reports the end and cleans the store; what was persisted stays where it was put. */
export const finish: Stage = async (context) => {
  const sector = sectorAtHand(context);
  await context.service.reportFinalized(sector);
  await rm(sectorFiles(context.location, sector.id).root, { recursive: true, force: true });
  return { event: 'Released' };
};

export const abort: Stage = async (context) => {
  const { sector, outputs } = context.record;
  if (sector) {
    await context.service.reportAborted(sector, String(outputs.abortReason ?? 'aborted'));
    await rm(sectorFiles(context.location, sector.id).root, { recursive: true, force: true });
  }
  return { event: 'Released' };
};
