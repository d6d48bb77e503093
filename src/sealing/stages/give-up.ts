/** A sector that is given up takes with it what its thread has stored of it, and nothing else: in doubt a file stays. */
import { hash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { syncDirectory } from '../../disks/durable-file.js';
import { readRegular } from '../../disks/regular-file.js';
import { messageOf, systemCodeOf } from '../../protocol/errors.js';
import type { PollAnswer } from '../../protocol/sealer.js';
import { sectorFiles } from '../sector-files.js';
import { type AttachedStore, type StageContext, sectorAtHand } from '../stage.js';
import {
  checkStore,
  makeInStore,
  type StoredKind,
  type StoredSector,
  storedSector,
} from '../stored-sector.js';
import { type Brought, broughtBy } from '../stores/brought.js';
import { type Occupant, occupantOf } from '../stores/occupant.js';
import { claimed, claimFile } from '../stores/place-claim.js';
import { doubtOf, doubts, type Own } from '../stores/whose-place.js';
import { isSent } from '../submission-note.js';

const auxLimits = { mostBytes: 1024 * 1024 };

/** Which of a sector's stored files a plan has made. A rebuild makes again what the chain knows: they are kept. */
export const madeBy: Readonly<Record<string, StoredKind>> = { sealer: 'sealed', snapup: 'update' };

/**
 * Removes the stored files whose CommR is one that this thread has brought there. Repeatable: the file goes first, and
 * what tells the CommR behind it. @returns what stays, each with its reason
 */
export async function removeStored(context: StageContext): Promise<readonly string[]> {
  const { record, location, stores } = context;
  const kind = madeBy[record.plan];
  const all = await broughtBy(location, sectorAtHand(context).id);
  if (kind === undefined || all.length === 0) return [];
  const keeps = await whyAllStay(context);
  const left: string[] = [];
  for (const brought of all) {
    const store = stores.find(({ location: root }) => brought.file.startsWith(`${root}${sep}`));
    const why = keeps ?? (await removedFrom(context, store, kind, brought));
    if (why !== null) left.push(`${brought.file} stays: ${why}`);
  }
  return left;
}

/** Why nothing may be removed; null when the chain does not have the sector and is not going to. */
async function whyAllStay(context: StageContext): Promise<string | null> {
  const { plan, outputs } = context.record;
  const by = outputs.abortedBy;
  if (by === 'finalized') return 'the manager says that the sector is finalized';
  if (by !== 'operator' && by !== 'manager' && by !== 'rejected')
    return 'it is not certain that the chain does not have it';
  // Whether an upgrade's submission was taken is asked of nobody: an answer may have been lost.
  if (plan === 'snapup') return by === 'rejected' ? null : 'its upgrade may be on chain';
  return whySectorStays(context, by);
}

/** The proof of an earlier pass may be on chain, too: a sector that was sent back has it in no output. */
async function whySectorStays(
  context: StageContext,
  by: 'operator' | 'manager' | 'rejected',
): Promise<string | null> {
  const { record, location } = context;
  const sector = sectorAtHand(context);
  const isProofSent = record.outputs.proof === true || isSent(location, sector.id, 'proof');
  if (isProofSent && by !== 'rejected') return 'its proof was submitted, and may be on chain';
  const { State, OnChain } = await polledProof(context);
  if (OnChain?.ProofSha256) return 'the manager says that a proof of it is on chain, or on its way there';
  if (State === null) return 'the manager knows nothing of its proof';
  // Not found, failed for good.
  if (State === 4 || State === 6) return null;
  // Not going to get there: the sector, by whatever reason, or its proof.
  if (State !== 7) return 'its proof may be on chain';
  const isProofRefused = /^(SubmitProof|WaitProofLanded)$/.test(record.lastError?.stage ?? '');
  // A manager of ours that says nothing of a proof has none.
  const isKnown = Boolean(record.given?.manager) || (by === 'rejected' && isProofRefused);
  return isProofSent && !isKnown
    ? 'its proof was submitted, and the manager does not say what is on chain'
    : null;
}

/** One that cannot be reached is waited for; another's error says that it knows nothing of it. */
async function polledProof(
  context: StageContext,
): Promise<Pick<PollAnswer, 'OnChain'> & { readonly State: number | null }> {
  return context.service.pollProofState(sectorAtHand(context)).catch((thrown: unknown) => {
    const code = systemCodeOf(thrown) ?? '';
    if (context.signal.aborted || /^(unreachable|deadline_exceeded|other_manager)$/.test(code)) throw thrown;
    return { State: null };
  });
}

/** Why the files were not removed; null when they are gone. */
async function removedFrom(
  context: StageContext,
  store: AttachedStore | undefined,
  kind: StoredKind,
  brought: Brought,
): Promise<string | null> {
  if (!store) return 'no attached store holds it';
  if (store.readonly) return `store ${store.name} is attached read-only`;
  const { id } = sectorAtHand(context);
  const place = storedSector(store, id, kind);
  if (place.file !== brought.file) return 'it is not of this job';
  try {
    // Below a disk that is not mounted nothing is missing, and nothing is removed.
    await checkStore(store);
    const occupant = await occupantOf(place);
    if (!occupant.isThere) return null;
    const why = await isAnother(context, occupant, brought);
    if (why !== null) return why;
    return await removedUnderClaim(context, store, place, brought);
  } catch (thrown) {
    return messageOf(thrown);
  }
}

/** Another thread may bring a sector of this number there at the same moment: one of both holds the place. */
async function removedUnderClaim(
  context: StageContext,
  store: AttachedStore,
  place: StoredSector,
  own: Own,
): Promise<string | null> {
  const { workerName: worker, location } = context;
  const path = claimFile(place.file);
  const at = new Date(context.now()).toISOString();
  await makeInStore(store, dirname(path));
  const holder = await claimed(path, { commR: own.commRs.at(-1) ?? '', worker, location, at });
  if (holder.location !== location || holder.worker !== worker)
    return `worker ${holder.worker} brings a sector there (${path})`;
  const why = await isAnother(context, await occupantOf(place), own);
  if (why === null) {
    await checkStore(store);
    await rm(place.file, { force: true });
    await syncDirectory(dirname(place.file));
    // A kill in between leaves a rest that is known by its CommR.
    await rm(place.cacheDir, { recursive: true, force: true });
    await syncIfThere(dirname(place.cacheDir));
  }
  await rm(path, { force: true });
  return why;
}

/** Why what lies there may be another sector; null when it is one that this thread has brought, or nothing. */
async function isAnother(context: StageContext, occupant: Occupant, own: Own): Promise<string | null> {
  const { cacheDir } = sectorFiles(context.location, sectorAtHand(context).id);
  // What earlier versions brought has no digest noted.
  const aux = await readRegular(join(cacheDir, 'p_aux'), auxLimits).catch(() => null);
  const sha256s = aux ? [...own.sha256s, hash('sha256', aux)] : own.sha256s;
  const doubt = doubtOf(occupant, { ...own, sha256s }, true);
  if (!doubt) return null;
  return 'other' in doubt
    ? `it is another sector (CommR ${doubt.other.commR}, says ${doubt.other.by})`
    : `${doubts[doubt.why]}: it may be another sector`;
}

async function syncIfThere(directory: string): Promise<void> {
  await syncDirectory(directory).catch((thrown: unknown) => {
    if (systemCodeOf(thrown) !== 'ENOENT') throw thrown;
  });
}
