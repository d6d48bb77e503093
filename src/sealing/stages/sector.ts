/** Stages that get a sector and let it go. */
import { rm } from 'node:fs/promises';
import type { Allocated, Deal } from '../../protocol/sealer.js';
import { proofTypeOfSize, sectorOf } from '../../protocol/sector.js';
import { sectorFiles } from '../sector-files.js';
import { type Stage, type StageSettings, sectorAtHand } from '../stage.js';

/**
 * The stage that gets a sector. One thread's: a sector whose stage was aborted in the meantime (a pause) is nobody
 * else's, and the thread's next allocation takes it up.
 * No job, or no answer while no sector is held: the thread stays idle and asks again (SPEC section 3).
 */
export function allocation(): Stage {
  let last: { readonly allocated: Allocated; readonly signal: AbortSignal } | undefined;
  return async ({ service, settings, signal }) => {
    // A stage whose outcome the machine took is never aborted afterwards.
    const left = last?.signal.aborted ? last.allocated : undefined;
    const allocated = left ?? (await service.allocateSector(wanted(settings)).catch(() => null));
    last = allocated === null ? undefined : { allocated, signal };
    if (allocated === null) return { event: 'Idle' };
    const sector = sectorOf({ miner: allocated.ID.Miner, number: allocated.ID.Number }, allocated.ProofType);
    return { event: 'Allocate', sector };
  };
}

function wanted({ allowedMiners, allowedSizes }: StageSettings) {
  const types = allowedSizes?.map((size) => proofTypeOfSize(size).proofType);
  return { AllowedMiners: allowedMiners, AllowedProofTypes: types ?? null };
}

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
