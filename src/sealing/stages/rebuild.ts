import type { RebuildJob } from '../../protocol/jobs.js';
import { StageError } from '../../protocol/level.js';
import type { Deal, Ticket } from '../../protocol/sector-answers.js';
import { output, outputIfAny, type Stage, type StageContext } from '../stage.js';
import type { PieceInfo, Tasks } from '../tasks.js';
import { isForeign } from '../whose-sector.js';
import { allocation, allowed } from './allocation.js';
import { submitPersisted } from './chain.js';
import { persist, persistUpdate } from './persist.js';
import { addPieces, treeD } from './pieces.js';
import { abort, finish, sectorOfJob } from './sector.js';
import { builtin, bytesOf, sectorWork } from './sector-work.js';
import { encodeUpgrade, hex, proveUpgrade, stageUpgrade, treeOfUpgrade } from './upgrade.js';
import { pc1, pc2, provenOf, syntheticProof } from './work.js';

/** For a sector that was upgraded before it was lost; null for any other. */
type Upgrade = {
  /** CommR after the upgrade, 32 bytes; null when the job does not have it. */
  readonly commR: readonly number[] | null;
  readonly deals: readonly Deal[];
} | null;

const allocate = (): Stage =>
  allocation(
    ({ service, settings }, asking) => service.allocateRebuildSector({ ...allowed(settings), ...asking }),
    (job) => {
      const { Sector, Ticket, Pieces, IsSnapUp } = job;
      const { sealed, upgraded } = commRsOf(job);
      const upgrade: Upgrade = IsSnapUp ? { commR: upgraded, deals: Pieces } : null;
      return {
        event: 'AllocatedRebuildSector',
        sector: sectorOfJob(Sector),
        // An upgraded sector was sealed empty.
        outputs: { deals: upgrade ? [] : Pieces, ticket: Ticket, upgrade, comm_r: sealed },
      };
    },
  );

/** CommR as it was sealed, and after its upgrade; null when the job does not have it. */
function commRsOf({ UpgradePublic, CommR, CommRNew }: RebuildJob) {
  const told = UpgradePublic?.CommR ?? null;
  // A sealvisor manager of 0.1.0 sends the CommR of the upgrade there, next to the one as it was sealed.
  const isNew = CommR && told?.some((byte, at) => byte !== CommR[at]);
  return { sealed: CommR ?? told, upgraded: CommRNew ?? (isNew ? told : null) };
}

const upgradeOf = (context: StageContext) => output<Upgrade>(context, 'upgrade');

/** A job that cannot be done is refused here, not at its allocation, so that the report to the manager names the sector. */
const addPiecesOfJob: Stage = async (context) => {
  const upgrade = upgradeOf(context);
  const isUnknown = upgrade?.commR === null && !lostCommR(context);
  if (upgrade && (isUnknown || upgrade.deals.length === 0))
    throw new StageError(
      'abort',
      `an upgraded sector without ${isUnknown ? 'its CommR' : 'pieces'} in its job: it cannot be made again`,
    );
  return addPieces(context);
};

/** CommR as it was sealed, if the job has it. Stored at the allocation. */
const lostCommR = (context: StageContext) => outputIfAny<readonly number[] | null>(context, 'comm_r');

/**
 * Checks the sector like a proof would, with the ticket as seed; if another program sealed it, only CommR can be compared.
 * @throws StageError permanent when it is not the lost sector
 */
const checkSealed: Stage = async (context) => {
  const { isSameNode } = await builtin();
  const { comm_r: commR } = output<Tasks['pc2']['output']>(context, 'pc2');
  const lost = lostCommR(context);
  if (!isForeign(context.record.outputs)) await checkByProof(context);
  else if (!lost)
    throw new StageError(
      'permanent',
      'the job does not say which CommR the lost sector had, and our own check cannot read what other processors sealed: compare it by hand, then resume --state SealedChecked, or --state Aborted',
    );
  if (lost && !isSameNode(lost, commR)) throw otherThan('the sealed sector', commR, lost);
  return { event: 'CheckSealed', outputs: { checked: true } };
};

async function checkByProof(context: StageContext): Promise<void> {
  const { proven, work } = await provenOf(context);
  const { c1, verifyC1 } = await builtin();
  const seed = bytesOf(output<Ticket>(context, 'ticket').Ticket);
  await verifyC1(await c1({ ...proven, seed }, work), work);
}

function otherThan(what: string, made: readonly number[], lost: readonly number[]): StageError {
  return new StageError(
    'permanent',
    `${what} comes out with CommR ${hex(made)}, the lost one had ${hex(lost)}: its ticket or pieces are not those it was made of`,
  );
}

const prepareUpgrade: Stage = async (context) => {
  const upgrade = upgradeOf(context);
  if (!upgrade) return { event: 'SkipSnap' };
  return { event: 'AddPiece', outputs: { snap_pieces: await stageUpgrade(context, upgrade.deals) } };
};

const snapTreeD: Stage = async (context) => {
  await treeOfUpgrade(context, output<readonly PieceInfo[]>(context, 'snap_pieces'), 'SealedChecked');
  return { event: 'BuildTreeD', outputs: { snap_tree_d: true } };
};

/** The sector under the upgrade, as this thread has just made it again. */
async function madeAgain(context: StageContext) {
  const { files } = await sectorWork(context);
  const { comm_r } = output<Tasks['pc2']['output']>(context, 'pc2');
  return { old: { file: files.sealed, cacheDir: files.cacheDir }, commROld: comm_r };
}

const snapEncode: Stage = async (context) => {
  const { isSameNode } = await builtin();
  const upgrade = upgradeOf(context);
  const made = await madeAgain(context);
  // If the job does not have it, its inputs were compared: CommR as it was sealed, and each piece.
  const told = upgrade?.commR;
  // Earlier versions stored an upstream manager's CommR of the sealed sector here.
  const lost = told && isSameNode(told, made.commROld) ? null : told;
  const encoded = await encodeUpgrade(context, {
    deals: upgrade?.deals ?? [],
    pieces: output<readonly PieceInfo[]>(context, 'snap_pieces'),
    ...made,
  });
  const { comm_r_new } = encoded.snap_encode;
  if (lost && !isSameNode(lost, comm_r_new)) throw otherThan('the upgraded sector', comm_r_new, lost);
  return { event: 'SnapEncode', outputs: { ...encoded } };
};

const snapProve: Stage = async (context) => ({
  event: 'SnapProve',
  outputs: { snap_prove: await proveUpgrade(context, await madeAgain(context)) },
});

/** The stage that leads out of each state of the rebuild plan. */
export const rebuildStages: Readonly<Record<string, Stage>> = {
  Empty: allocate(),
  Allocated: addPiecesOfJob,
  PieceAdded: treeD,
  TreeDBuilt: pc1,
  PC1Done: pc2,
  SyntheticPoRepNeeded: syntheticProof,
  PC2Done: checkSealed,
  SealedChecked: prepareUpgrade,
  SnapPieceAdded: snapTreeD,
  SnapTreeDBuilt: snapEncode,
  SnapEncoded: snapProve,
  SnapDone: (context) => (upgradeOf(context) ? persistUpdate(context) : persist(context)),
  Persisted: submitPersisted,
  Finished: finish,
  Aborted: abort,
};
