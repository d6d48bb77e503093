/** Compares a processor's output with what is known of the sector, before it is used. */
import { randomBytes } from 'node:crypto';
import { StageError } from '../../protocol/level.js';
import type { Ticket } from '../../protocol/sector-answers.js';
import { opened } from '../opaque.js';
import { discard } from '../opaque-output.js';
import { output, type StageContext } from '../stage.js';
import type { PieceInfo, Tasks } from '../tasks.js';
import { builtin, bytesOf, porep, registered, sectorWork } from './sector-work.js';

type Pc2Output = Tasks['pc2']['output'];

const hex = (bytes: ArrayLike<number>) => Buffer.from(Array.from(bytes)).toString('hex');

function refused(stage: string, what: string, state: string): StageError {
  return new StageError(
    'permanent',
    `the answer of ${stage} is not that of this sector: ${what}; see what the processor did, then resume --state ${state}`,
  );
}

/** CommD follows from the pieces. @throws StageError permanent, naming both, when a processor returns another one */
export async function checkCommD(
  context: StageContext,
  stage: string,
  pieces: readonly PieceInfo[],
  answered: readonly number[],
): Promise<void> {
  const { sector } = await sectorWork(context);
  const { commDOf, isSameNode, placeInfos } = await builtin();
  const known = commDOf(placeInfos(pieces), sector.size);
  if (isSameNode(known, answered)) return;
  const what = `its CommD is ${hex(answered)}, that of the pieces is ${hex(known)}`;
  throw refused(stage, what, context.record.state);
}

/** Compares CommR with `p_aux` if our own pc2 wrote it: another program's needs a hash function that we do not have. */
export async function checkCommR(
  context: StageContext,
  stage: string,
  cacheDir: string,
  answered: readonly number[],
): Promise<void> {
  const { isForeignCache, isSameNode, readPersistentAux } = await builtin();
  if (await isForeignCache(cacheDir)) return;
  const { commR } = await readPersistentAux(cacheDir);
  if (isSameNode(commR, answered)) return;
  const what = `its CommR is ${hex(answered)}, that in ${cacheDir}/p_aux is ${hex(commR)}`;
  throw refused(stage, what, context.record.state);
}

/** The C1 task for a seed. */
export async function c1Task(
  context: StageContext,
  pc2out: Pc2Output,
  seed: readonly number[],
): Promise<Tasks['c1']['task']> {
  return { ...(await sealedTask(context, pc2out)), seed };
}

/** The part of a task that describes a sealed sector. */
export async function sealedTask(
  context: StageContext,
  pc2out: Pc2Output,
): Promise<Tasks['synth_proof']['task']> {
  const { sector, files } = await sectorWork(context);
  const { proverId } = await builtin();
  return {
    registered_proof: registered(sector),
    cache_dir: files.cacheDir,
    sealed_file: files.sealed,
    prover_id: proverId(sector.miner),
    sector_id: sector.number,
    ticket: bytesOf(output<Ticket>(context, 'ticket').Ticket),
    pc2out,
    piece_infos: output<readonly PieceInfo[]>(context, 'pieces'),
  };
}

/**
 * Does what upstream's `verify_after_pc2` does: C1 with a seed of our own, whose proofs must be valid. Another program's C1
 * checks its own proofs. @throws StageError permanent when the sealed sector cannot be proven
 */
export async function verifySealed(context: StageContext, pc2out: Pc2Output): Promise<void> {
  const task = await c1Task(context, pc2out, [...randomBytes(32)]);
  const answered = await context.process('c1', task);
  try {
    await checkC1(context, answered, task);
  } finally {
    await discard(answered);
  }
}

/** Verifies the output of our own c1, and that it is for this sector and seed. @throws StageError permanent */
export async function checkC1(
  context: StageContext,
  answered: unknown,
  { pc2out, seed, ticket, prover_id, sector_id }: Tasks['c1']['task'],
): Promise<void> {
  const { sector, work } = await sectorWork(context);
  const { isOurC1, isSameNode, leavesOf, replicaIdOf, verifyC1 } = await builtin();
  const own = opened(answered);
  // Only another program's own c2 can read the output of its c1.
  if (!isOurC1(own)) return;
  if (!isSameNode(own.commR, pc2out.comm_r) || !isSameNode(own.commD, pc2out.comm_d))
    throw refused('c1', `its CommR is ${hex(own.commR)}, not ${hex(pc2out.comm_r)}`, context.record.state);
  await verifyC1(own, work);
  const replicaId = [
    ...replicaIdOf({ proverId: prover_id, sectorNumber: sector_id, ticket, commD: pc2out.comm_d }),
  ];
  const asked = leavesOf({ seed, replicaId, ...porep(sector) });
  const shown = own.challenges.map(({ data }) => data.index);
  if (asked.some((leaf, at) => shown[at] !== leaf))
    throw refused('c1', 'it shows other leaves than the seed asks for', context.record.state);
}

/** A proof by our own c2 is made again and compared. @throws StageError permanent when it is for another sector */
export async function checkC2(
  context: StageContext,
  { proof }: Tasks['c2']['output'],
  { c1out, prover_id, sector_id }: Pick<Tasks['c2']['task'], 'c1out' | 'prover_id' | 'sector_id'>,
  state = context.record.state,
): Promise<void> {
  const { work } = await sectorWork(context);
  const { c2, isCondensed, isOurC1, isSameNode } = await builtin();
  if (!isCondensed(proof)) return;
  const own = opened(c1out);
  if (!isOurC1(own)) return;
  const made = await c2({ c1: own, proverId: prover_id, sectorNumber: sector_id }, work);
  if (!isSameNode(made.proof, proof)) throw refused('c2', 'its proof is of something else', state);
}

/** @throws StageError permanent unless it has 32 bytes, as the chain's randomness has */
export function checkRandomness(what: 'ticket' | 'seed', base64: string): void {
  const { length } = bytesOf(base64);
  if (length === 32) return;
  throw new StageError(
    'permanent',
    `the manager answers a ${what} of ${length} bytes, and the chain has 32: see what it asks of its node, then resume`,
  );
}
