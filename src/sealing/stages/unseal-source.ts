/** The sector that a piece is unsealed from, and what is needed to decode it. */
import type { StoredKind } from '../../../machines/plan.js';
import { isAt } from '../../disks/stat-if-any.js';
import type { UnsealJob, UpgradeFacts } from '../../protocol/jobs.js';
import { StageError } from '../../protocol/level.js';
import { type StageContext, sectorAtHand } from '../stage.js';
import { attachedStore, type StoredSector, storedSector } from '../stores/stored-sector.js';
import type { UnsealTask } from '../tasks.js';
import { builtin } from './sector-work.js';

type Source = Pick<UnsealTask, 'cache_dir' | 'sealed_file' | 'comm_d' | 'comm_r_old' | 'comm_d_new'>;

/**
 * The task's facts about the sector. @throws StageError permanent when its files are not in the store, or when neither the job
 * nor the manifest has the commitments of an upgraded one, so that hours are not spent on a wrong piece
 */
export async function unsealSource(context: StageContext, job: UnsealJob): Promise<Source> {
  const { kind, file, cacheDir } = await keptSector(context, job);
  const paths = { cache_dir: cacheDir, sealed_file: file };
  if (kind === 'sealed') return { ...paths, comm_d: job.CommD };
  const upgrade = await upgradeOf(job, { file, cacheDir });
  return {
    ...paths,
    comm_d: await sealedEmpty(context, job),
    comm_r_old: upgrade.CommROld,
    comm_d_new: upgrade.CommDNew,
  };
}

/** The sector in its attached store, upgraded or not as the job says; if it does not say, upgraded if such a file is there. */
async function keptSector(
  context: StageContext,
  { PrivateInfo, Upgrade }: UnsealJob,
): Promise<StoredSector & { readonly kind: StoredKind }> {
  const { id } = sectorAtHand(context);
  const { AccessInstance: instance } = PrivateInfo;
  const store = await attachedStore(context.stores, instance);
  const kinds: readonly StoredKind[] =
    Upgrade === undefined ? ['update', 'sealed'] : [Upgrade === null ? 'sealed' : 'update'];
  for (const kind of kinds) {
    const kept = storedSector(store, id, kind);
    if (await isAt(kept.file)) return { ...kept, kind };
  }
  const what = Upgrade ? `the upgraded ${id}` : id;
  throw new StageError(
    'permanent',
    `${what} is not in store ${instance} (${store.location}): put its files back or rebuild the sector, then ask for the piece again`,
  );
}

/** From the job, or for a sector of ours from its manifest. */
async function upgradeOf({ Upgrade }: UnsealJob, { file, cacheDir }: StoredSector): Promise<UpgradeFacts> {
  if (Upgrade) return Upgrade;
  const { manifestIfThere } = await builtin();
  const manifest = await manifestIfThere(cacheDir);
  if (manifest?.sealedAs) return { CommROld: manifest.sealedAs.commR, CommDNew: manifest.commD };
  throw new StageError(
    'permanent',
    `${file} is an upgraded sector that was not made by our own processors, and the manager does not say what it was decoded from: its answer to AllocateUnsealSector has no Upgrade (CommROld, CommDNew), which only a sealvisor manager of this version or later sends; update the manager and ask for the piece again, or take the piece from another copy`,
  );
}

/** CommD as it was sealed. @throws StageError permanent for a job that contradicts itself */
async function sealedEmpty(context: StageContext, { CommD, Upgrade }: UnsealJob): Promise<readonly number[]> {
  const { id, size } = sectorAtHand(context);
  const { commDOf, isSameNode } = await builtin();
  const empty = [...commDOf([], size)];
  // A manager that does not send the upgrade's facts may send its CommD here.
  if (!Upgrade || isSameNode(CommD, empty)) return empty;
  throw new StageError(
    'permanent',
    `the manager says that ${id} was upgraded, and that it was sealed with pieces in it (CommD ${Buffer.from(CommD).toString('hex')}): only a sector without any can be upgraded; see what the manager has of the sector`,
  );
}
