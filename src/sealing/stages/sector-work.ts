/** What every stage with heavy work needs. */
import { planNamed } from '../../../machines/index.js';
import { makeOnDisk } from '../../disks/make-on-disk.js';
import { isSynthetic, proofTypeOfNumber, type Sector } from '../../protocol/sector.js';
import { sectorFiles } from '../sector-files.js';
import { type StageContext, sectorAtHand } from '../stage.js';

/** Our own processors; loaded when the first stage needs them, so that a thread starts without them. */
export const builtin = () => import('../builtin/index.js');

/** Stages whose directories were created: if the disk is unmounted meanwhile, they are not created again below its mount point. */
const made = new WeakSet<StageContext>();

/** The sector, the paths of its files in the thread's own location, and what a processor gets besides its task. */
export async function sectorWork(context: StageContext) {
  const sector = sectorAtHand(context);
  const files = sectorFiles(context.location, sector.id);
  if (!made.has(context)) await makeOnDisk(context.location, files.cacheDir);
  made.add(context);
  return { sector, files, work: { signal: context.signal, progress: context.progress } };
}

/** The state to resume a sector to, so that the first of `stages` that its plan has is run again. */
export function again({ record }: Pick<StageContext, 'record'>, ...stages: readonly string[]): string {
  const states = planNamed(record.plan)?.states ?? [];
  const found = stages.flatMap((stage) => states.filter((state) => state.stage === stage));
  return found[0]?.name ?? 'Aborted';
}

export const registered = (sector: Sector) => proofTypeOfNumber(sector.proofType).registered;

/** The parameters of our own C1 that depend on the sector's type. */
export const porep = (sector: Sector) => ({ sectorSize: sector.size, isSynthetic: isSynthetic(sector) });

/** The name of the proof of an upgrade. */
export const registeredUpdate = (sector: Sector) => proofTypeOfNumber(sector.proofType).registeredUpdate;

export const bytesOf = (base64: string) => [...Buffer.from(base64, 'base64')];
