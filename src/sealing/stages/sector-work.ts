/** What every stage of heavy work has available. */
import { planNamed } from '../../../machines/index.js';
import { makeOnDisk } from '../../disks/make-on-disk.js';
import { isSynthetic, proofTypeOfNumber, type Sector } from '../../protocol/sector.js';
import { sectorFiles } from '../sector-files.js';
import { type StageContext, sectorAtHand } from '../stage.js';

/** Our own processors; loaded when the first stage needs them, so that a thread starts without. */
export const builtin = () => import('../builtin/index.js');

/** Stages whose directories are made: a disk that is unmounted in their middle does not get them again on the one below. */
const made = new WeakSet<StageContext>();

/** The sector, where its files lie in the thread's own location, and what a processor is given besides its task. */
export async function sectorWork(context: StageContext) {
  const sector = sectorAtHand(context);
  const files = sectorFiles(context.location, sector.id);
  if (!made.has(context)) await makeOnDisk(context.location, files.cacheDir);
  made.add(context);
  return { sector, files, work: { signal: context.signal, progress: context.progress } };
}

/** The state that a sector is sent to, to have the first of these stages done again that its plan has. */
export function again({ record }: Pick<StageContext, 'record'>, ...stages: readonly string[]): string {
  const states = planNamed(record.plan)?.states ?? [];
  const found = stages.flatMap((stage) => states.filter((state) => state.stage === stage));
  return found[0]?.name ?? 'Aborted';
}

export const registered = (sector: Sector) => proofTypeOfNumber(sector.proofType).registered;

/** What our own C1 is told of how the sector is proven. */
export const porep = (sector: Sector) => ({ sectorSize: sector.size, isSynthetic: isSynthetic(sector) });

/** The name of the proof of an upgrade. */
export const registeredUpdate = (sector: Sector) => proofTypeOfNumber(sector.proofType).registeredUpdate;

export const bytesOf = (base64: string) => [...Buffer.from(base64, 'base64')];
