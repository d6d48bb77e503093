/**
 * A record of 0.1.0 has no notes of its files. They are made when its first stage starts, for the files that can be verified
 * from the record: the data tree by its root (CommD follows from the pieces), the sealed sector by its CommR. The others are
 * reported as unverified to the operator; every file that is written from now on is noted.
 */

import { planNamed, planState } from '../../machines/index.js';
import { StageError } from '../protocol/level.js';
import type { Ticket } from '../protocol/sector-answers.js';
import { madeFrom } from './file-checks.js';
import { type Notes, noted } from './file-notes.js';
import { isFileOf } from './plan-files.js';
import { sectorFiles } from './sector-files.js';
import { output, type StageContext, sectorAtHand } from './stage.js';
import type { PieceInfo, Tasks } from './tasks.js';
import { isForeign } from './whose-sector.js';

type Facts = Pick<StageContext, 'record' | 'location' | 'signal' | 'emit'>;

/** The notes to keep; undefined for a record that has notes or needs none. @throws StageError permanent for a file that differs */
export async function takenOver(context: Facts): Promise<Notes | undefined> {
  const { record, location, signal } = context;
  const plan = planNamed(record.plan);
  const state = plan && planState(plan, record.state);
  const names = (state?.needs.files ?? []).filter((name) => isFileOf(name, record.outputs));
  if (!record.sector || !plan || record.outputs.files !== undefined || names.length === 0) return undefined;
  if (record.state === 'Aborted') return undefined;
  const verified: string[] = [];
  const left: string[] = [];
  for (const name of names) {
    const fault = await faultOf(context, name);
    if (fault === null) verified.push(name);
    else if (fault === undefined) left.push(name);
    else {
      const from = madeFrom(plan, name) ?? 'Aborted';
      throw new StageError(
        'permanent',
        `${fault}: put the file back and resume, or resume --state ${from} makes it again`,
      );
    }
  }
  if (left.length > 0)
    context.emit?.({ event: 'sector.filesUnverified', sector: record.sector.id, files: left });
  return noted(record, location, verified, signal);
}

/** What is wrong with the files of a name; null when they are verified, undefined when they cannot be. */
async function faultOf(context: Facts, name: string): Promise<string | null | undefined> {
  const { outputs } = context.record;
  const { cacheDir } = sectorFiles(context.location, sectorAtHand(context).id);
  if (name === 'tree-d' && outputs.pieces !== undefined) return dataTreeFault(context, cacheDir);
  if (name !== 'sealed' || outputs.pc2 === undefined || isForeign(outputs)) return undefined;
  const { isForeignCache } = await import('./builtin/index.js');
  return (await isForeignCache(cacheDir)) ? undefined : sealedFault(context, cacheDir);
}

async function dataTreeFault(context: Facts, cacheDir: string): Promise<string | null> {
  const { cachePath, commDOf, isSameNode, placeInfos, treeDRoot } = await import('./builtin/index.js');
  const infos = output<readonly PieceInfo[]>(context, 'pieces');
  const known = commDOf(placeInfos(infos), sectorAtHand(context).size);
  const isSame = isSameNode(known, await treeDRoot(cacheDir));
  return isSame
    ? null
    : `${cachePath(cacheDir, 'treeD')} is damaged: its root is not the CommD of the pieces`;
}

/** Checked like a window proof: all 64 KiB chunks of a sector up to 8 MiB are hashed up to CommR, 128 chunks of a larger one. */
async function sealedFault(context: Facts, cacheDir: string): Promise<string | null> {
  const { isSameNode, readPersistentAux } = await import('./builtin/index.js');
  const { windowPost } = await import('./builtin/proofs/window-post.js');
  const { miner, number, size, id } = sectorAtHand(context);
  const { sealed } = sectorFiles(context.location, id);
  const { comm_r: commR } = output<Tasks['pc2']['output']>(context, 'pc2');
  const aux = await readPersistentAux(cacheDir);
  if (!isSameNode(aux.commR, commR)) return `p_aux in ${cacheDir} is of another sector: its CommR is another`;
  const { Ticket: seed } = output<Ticket>(context, 'ticket');
  const { faults } = await windowPost(
    {
      sectorSize: size,
      miner,
      seed: [...Buffer.from(seed, 'base64')],
      replicas: [{ sectorNumber: number, commR, cacheDir, sealedPath: sealed }],
    },
    { signal: context.signal, progress: () => undefined },
  );
  return faults.length === 0
    ? null
    : `${sealed} or its tree in ${cacheDir} is damaged: it does not hash to its CommR`;
}
