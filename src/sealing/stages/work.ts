/** Stages that seal: they build a processor's task and check its output. */
import { rm } from 'node:fs/promises';
import { StageError } from '../../protocol/level.js';
import { isSynthetic } from '../../protocol/sector.js';
import type { Deal, Ticket } from '../../protocol/sector-answers.js';
import { isByOthers, output, type Stage, type StageContext, sectorAtHand } from '../stage.js';
import type { PieceInfo, Tasks } from '../tasks.js';
import { isForeign, isOurPc1 } from '../whose-sector.js';
import { c1Task, checkC1, checkC2, checkCommD, checkCommR, sealedTask, verifySealed } from './answers.js';
import { checkPreCommit, checkTicket, lastingTicket, submittedTicket } from './fresh.js';
import { builtin, bytesOf, porep, registered, sectorWork } from './sector-work.js';

export const pc1: Stage = async (context) => {
  const { sector, files } = await sectorWork(context);
  // Fails here, hours before the stage that could not be done.
  if (isSynthetic(sector) && sealsForeign(context)) checkSyntheticProof(context, 'PC1');
  const { proverId } = await builtin();
  const drawn = await lastingTicket(context);
  const done = await context.process('pc1', {
    registered_proof: registered(sector),
    cache_path: files.cacheDir,
    in_path: files.staged,
    out_path: files.sealed,
    prover_id: proverId(sector.miner),
    sector_id: sector.number,
    ticket: bytesOf(drawn.ticket.Ticket),
    piece_infos: output<readonly PieceInfo[]>(context, 'pieces'),
  });
  return { event: 'PC1', outputs: { pc1: done, ...drawn } };
};

/** Passes the output of pc1 to pc2 unchanged. A manifest for unsealing is written only if both were our own processors. */
export const pc2: Stage = async (context) => {
  if (!(await submittedTicket(context))) checkTicket(context);
  const { sector, files } = await sectorWork(context);
  const pc1out = output<unknown>(context, 'pc1');
  const done = await context.process('pc2', {
    pc1out,
    cache_dir: files.cacheDir,
    sealed_file: files.sealed,
  });
  await checkCommD(context, 'pc2', output<readonly PieceInfo[]>(context, 'pieces'), done.comm_d);
  await checkCommR(context, 'pc2', files.cacheDir, done.comm_r);
  const { cachePath, isForeignCache } = await builtin();
  // An earlier attempt may have been done by our own processor.
  await rm(cachePath(files.cacheDir, 'manifest'), { force: true });
  const foreign = !isOurPc1(pc1out) || (await isForeignCache(files.cacheDir));
  if (!foreign) await describe(context, done);
  const outputs = { pc2: done, pc2_foreign: foreign };
  // C1 draws from the synthetic proofs, which do not exist yet.
  if (isSynthetic(sector))
    return { event: 'PC2NeedSyntheticProof', outputs: { ...outputs, synthetic: true, pc2_checked: false } };
  return { event: 'PC2', outputs: { ...outputs, ...(await verified(context, done)) } };
};

/** Proves the sector that pc2 sealed once, if `verify_after_pc2` is set. */
async function verified(context: StageContext, pc2out: Tasks['pc2']['output']) {
  const { verifyAfterPc2 = false } = context.settings;
  if (verifyAfterPc2) await verifySealed(context, pc2out);
  return { pc2_checked: verifyAfterPc2 };
}

async function describe(context: StageContext, done: Tasks['pc2']['output']): Promise<void> {
  const { sector, files } = await sectorWork(context);
  const { handedBy, manifestPieces, proverId, writeManifest } = await builtin();
  const deals = output<readonly Deal[]>(context, 'deals');
  const { layers, replicaId } = handedBy(output<unknown>(context, 'pc1'));
  await writeManifest(files.cacheDir, {
    version: 1,
    processor: 'dev',
    miner: sector.miner,
    number: sector.number,
    sectorSize: sector.size,
    proofType: sector.proofType,
    proverId: proverId(sector.miner),
    ticket: bytesOf(output<Ticket>(context, 'ticket').Ticket),
    layers,
    commD: [...done.comm_d],
    commR: [...done.comm_r],
    replicaId,
    pieces: manifestPieces(output<readonly PieceInfo[]>(context, 'pieces'), deals),
  });
}

/** The commitments and ids that the sector's proofs depend on. @throws StageError permanent when another program sealed it */
export async function provenOf(context: StageContext) {
  const { sector, files, work } = await sectorWork(context);
  const { handedBy } = await builtin();
  const { comm_d: commD, comm_r: commR } = output<Tasks['pc2']['output']>(context, 'pc2');
  const { replicaId } = handedBy(output<unknown>(context, 'pc1'));
  return { proven: { ...porep(sector), cacheDir: files.cacheDir, replicaId, commD, commR }, work };
}

export const syntheticProof: Stage = async (context) => {
  if (isForeign(context.record.outputs)) checkSyntheticProof(context, 'synthetic proofs');
  const pc2out = output<Tasks['pc2']['output']>(context, 'pc2');
  await context.process('synth_proof', await sealedTask(context, pc2out));
  const { pc2_checked } = await verified(context, pc2out);
  return { event: 'SyntheticPoRep', ...(pc2_checked ? { outputs: { pc2_checked } } : {}) };
};

const sealsForeign = (context: StageContext) => isByOthers(context, 'pc1') || isByOthers(context, 'pc2');

/** @throws StageError permanent when another program seals the sector but no synth_proof of another program is configured */
function checkSyntheticProof(context: StageContext, before: string): void {
  if (isByOthers(context, 'synth_proof')) return;
  throw new StageError(
    'permanent',
    `no ${before} for a sector with synthetic PoRep: our synth_proof cannot read what other processors seal. Add a [[processors.synth_proof]] whose bin can, restart the worker, then resume; or have the manager give out sectors without synthetic PoRep and resume --state Aborted`,
  );
}

export const c1: Stage = async (context) => {
  checkPreCommit(context);
  const pc2out = output<Tasks['pc2']['output']>(context, 'pc2');
  const task = await c1Task(context, pc2out, bytesOf(output<{ Seed: string }>(context, 'seed').Seed));
  const done = await context.process('c1', task);
  await checkC1(context, done, task);
  return { event: 'C1', outputs: { c1: done } };
};

export const c2: Stage = async (context) => {
  checkPreCommit(context);
  const sector = sectorAtHand(context);
  const { proverId } = await builtin();
  const task = {
    c1out: output<unknown>(context, 'c1'),
    prover_id: proverId(sector.miner),
    sector_id: sector.number,
    miner_id: sector.miner,
  };
  const done = await context.process('c2', task);
  if (!context.settings.ignoreProofCheck) await checkC2(context, done, task);
  return { event: 'C2', outputs: { c2: done } };
};
