import { rm, stat, truncate } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeOnDisk } from '../../disks/make-on-disk.js';
import { isRefusal, isUnknownSector } from '../../protocol/errors.js';
import type { UnsealJob } from '../../protocol/jobs.js';
import { StageError } from '../../protocol/level.js';
import { payloadOf } from '../../protocol/sector.js';
import { sectorFiles } from '../sector-files.js';
import { output, type Stage, type StageContext, sectorAtHand } from '../stage.js';
import { allocation, allowed } from './allocation.js';
import { handIn } from './hand-in.js';
import { abort, finish, sectorOfJob } from './sector.js';
import { builtin, bytesOf, registered, sectorWork } from './sector-work.js';
import { unsealSource } from './unseal-source.js';

const allocate = (): Stage =>
  allocation(
    ({ service, settings }, asking) => service.allocateUnsealSector({ ...allowed(settings), ...asking }),
    (job) => ({
      event: 'AllocatedUnsealSector',
      sector: sectorOfJob(job.Sector),
      outputs: { unseal: job },
    }),
  );

const unseal: Stage = async (context) => {
  const { sector } = await sectorWork(context);
  const { proverId } = await builtin();
  const job = output<UnsealJob>(context, 'unseal');
  const { cid, path, size } = await pieceOf(context, job);
  const source = await unsealSource(context, job);
  // Not every processor creates the directory that it writes into.
  await makeOnDisk(context.location, dirname(path));
  // Whole quads, which every processor supports.
  const num_bytes = Math.ceil(size / 127) * 127;
  await context.process('unseal', {
    registered_proof: registered(sector),
    prover_id: proverId(sector.miner),
    sector_id: sector.number,
    ticket: bytesOf(job.Ticket.Ticket),
    ...source,
    unsealed_output: path,
    offset: job.Offset,
    num_bytes,
  });
  const written = (await stat(path)).size;
  if (written < size)
    throw new StageError('permanent', `piece ${cid} came out with ${written} bytes instead of ${size}`);
  await truncate(path, size);
  await checkPiece(context, path, cid, job.Size);
  return { event: 'UnsealDone', outputs: { unsealed: { path, size } } };
};

/** The piece's local path and its length. @throws StageError permanent for a piece that cannot be in the sector */
async function pieceOf(context: StageContext, job: UnsealJob) {
  const { sector, files } = await sectorWork(context);
  const { commitmentOfCid, paddedSizeOf } = await builtin();
  const cid = job.PieceCid['/'];
  // The CID becomes a file name: it must be valid.
  commitmentOfCid(cid);
  const size = job.PayloadSize ?? job.Size;
  const fault =
    job.Offset % 127 !== 0 || payloadOf(paddedSizeOf(job.Size)) !== job.Size
      ? 'no piece can lie there'
      : job.Offset + job.Size > payloadOf(sector.size)
        ? `the sector has ${payloadOf(sector.size)}`
        : size > job.Size || size === 0
          ? `its payload cannot have ${size}`
          : undefined;
  if (fault === undefined) return { cid, path: join(files.piecesDir, cid), size };
  throw new StageError(
    'permanent',
    `piece ${cid} is said to be at byte ${job.Offset} of ${sector.id}, ${job.Size} bytes long: ${fault}; see what the manager has of the sector`,
  );
}

async function checkPiece(context: StageContext, path: string, cid: string, size: number): Promise<void> {
  const { work } = await sectorWork(context);
  const { checkPieceFile } = await builtin();
  await checkPieceFile({ path, cid, paddedSize: (size / 127) * 128 }, work);
}

const upload: Stage = async (context) => {
  const { service } = context;
  const sector = sectorAtHand(context);
  const { path } = output<{ readonly path: string }>(context, 'unsealed');
  const cid = output<UnsealJob>(context, 'unseal').PieceCid['/'];
  const dests = await service.acquireUnsealDest(sector, cid);
  if (dests.length === 0)
    throw new StageError(
      'permanent',
      `the manager names no destination for piece ${cid}: ask for it again with one`,
    );
  for (const dest of dests) await handIn(context, path, dest);
  await service.achieveUnsealSector(sector, cid, '');
  return { event: 'UploadPieceDone' };
};

/**
 * Reports to the manager why the piece cannot be unsealed, so that the client sees the reason; then that the job is aborted.
 * Repeatable: a job that is already over keeps its first reason.
 */
const abortUnseal: Stage = async (context) => {
  const { sector, given, outputs } = context.record;
  const { abortedBy, abortReason, unseal: job } = outputs;
  // An upstream manager would treat an abort as one of the sector itself, and release its deals.
  const isUpstream = !given?.manager;
  const isTold = abortedBy === 'stage' || (isUpstream && abortedBy === 'operator');
  if (!sector || job === undefined || !(isTold || isUpstream)) return abort(context);
  if (isTold) {
    const { PieceCid } = output<UnsealJob>(context, 'unseal');
    await orOver(
      context.service.achieveUnsealSector(sector, PieceCid['/'], String(abortReason ?? 'aborted')),
    );
  }
  if (!isUpstream) return abort(context);
  await orOver(context.service.reportFinalized(sector));
  await rm(sectorFiles(context.location, sector.id).root, { recursive: true, force: true });
  return { event: 'Released' };
};

/** A manager that refuses the report does not know the job, or has already ended it: nothing else to report. */
async function orOver(told: Promise<void>): Promise<void> {
  await told.catch((thrown: unknown) => {
    if (!isRefusal(thrown) && !isUnknownSector(thrown)) throw thrown;
  });
}

/** The stage that leads out of each state of the unseal plan. */
export const unsealStages: Readonly<Record<string, Stage>> = {
  Empty: allocate(),
  Allocated: unseal,
  Unsealed: upload,
  Finished: finish,
  Aborted: abortUnseal,
};
