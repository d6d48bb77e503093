import { StageError } from '../../protocol/level.js';
import type { Deal } from '../../protocol/sector-answers.js';
import { output, type Stage, type StageContext, sectorAtHand } from '../stage.js';
import { notesOfKept } from '../stores/kept-notes.js';
import { attachedStore, storedSector } from '../stores/stored-sector.js';
import { submitting } from '../submission-note.js';
import type { PieceInfo, Tasks } from '../tasks.js';
import { allocation, allowed } from './allocation.js';
import { checkSubmission } from './chain.js';
import { checkOnChain } from './on-chain.js';
import { type Persisted, persistUpdate } from './persist.js';
import { abort, finish, sectorOfJob } from './sector.js';
import { type Encoded, encodeUpgrade, proveUpgrade, stageUpgrade, treeOfUpgrade } from './upgrade.js';

/** Where the sector to upgrade is stored, and what its CommR must be. `commR` is 32 bytes. */
interface Source {
  readonly commR: readonly number[];
  /** An attached store's name. */
  readonly instance: string;
}

const allocate = (): Stage =>
  allocation(
    ({ service, settings }, asking) =>
      service.allocateSnapUpSector({
        ...asking,
        Sector: allowed(settings),
        Deals: { MaxDeals: settings.maxDeals, MinUsedSpace: settings.minDealSpace },
      }),
    ({ Sector, Pieces, Public, Private }) => ({
      event: 'AllocatedSnapUpSector',
      sector: sectorOfJob(Sector),
      outputs: { deals: Pieces, source: { commR: Public.CommR, instance: Private.AccessInstance } },
    }),
  );

/** A job that cannot be done is refused here, not at its allocation, so that the report to the manager names the sector. */
const addPieces: Stage = async (context) => {
  if (output<Source>(context, 'source').instance === '')
    throw new StageError('abort', 'the manager does not say which store has the sector to be upgraded');
  const pieces = await stageUpgrade(context, output<readonly Deal[]>(context, 'deals'));
  return { event: 'AddPiece', outputs: { pieces } };
};

const treeD: Stage = async (context) => {
  await treeOfUpgrade(context, output<readonly PieceInfo[]>(context, 'pieces'), 'Allocated');
  return { event: 'BuildTreeD', outputs: { tree_d: true } };
};

/** The sector is read directly from its store, without a copy. */
async function sourceOf(context: StageContext) {
  const { commR, instance } = output<Source>(context, 'source');
  const store = await attachedStore(context.stores, instance);
  return { old: storedSector(store, sectorAtHand(context).id, 'sealed'), commROld: commR };
}

const snapEncode: Stage = async (context) => {
  const deals = output<readonly Deal[]>(context, 'deals');
  const pieces = output<readonly PieceInfo[]>(context, 'pieces');
  const source = await sourceOf(context);
  const encoded = await encodeUpgrade(context, { deals, pieces, ...source });
  // The proof depends on the old sector, too.
  const files = { source: await notesOfKept(source.old, context.signal) };
  return { event: 'SnapEncode', outputs: { ...encoded, files } };
};

const snapProve: Stage = async (context) => ({
  event: 'SnapProve',
  outputs: { snap_prove: await proveUpgrade(context, await sourceOf(context)) },
});

const submitProof: Stage = async (context) => {
  const { comm_r_new, comm_d_new } = output<Encoded>(context, 'snap_encode');
  const upgrade = {
    CommR: comm_r_new,
    CommD: comm_d_new,
    AccessInstance: output<Persisted>(context, 'persisted').instance,
    Pieces: output<readonly Deal[]>(context, 'deals').map(({ Piece }) => Piece.Cid),
    Proof: Buffer.from(output<Tasks['snap_prove']['output']>(context, 'snap_prove')).toString('base64'),
  };
  const answer = await submitting(context, 'upgrade', () =>
    context.service.submitSnapUpProof(sectorAtHand(context), upgrade),
  );
  // With Res 3 the manager itself reports it, and the job is aborted.
  if (answer.Res === 1 || answer.Res === 2)
    checkOnChain(context, answer.OnChain, {
      commR: comm_r_new,
      commD: comm_d_new,
      proof: output<Tasks['snap_prove']['output']>(context, 'snap_prove'),
    });
  if (answer.Res === 5) {
    await context.sleep(context.settings.recoverIntervalMs);
    return { event: 'RePersist' };
  }
  checkSubmission(answer, 'the upgrade', { mismatched: 'abort' });
  return { event: 'Finish' };
};

/** The stage that leads out of each state of the snapup plan. */
export const snapupStages: Readonly<Record<string, Stage>> = {
  Empty: allocate(),
  Allocated: addPieces,
  PieceAdded: treeD,
  TreeDBuilt: snapEncode,
  SnapEncoded: snapProve,
  SnapProved: persistUpdate,
  Persisted: submitProof,
  Finished: finish,
  Aborted: abort,
};
