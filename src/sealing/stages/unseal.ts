import { existsSync } from 'node:fs';
import { mkdir, stat, truncate } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { UnsealJob } from '../../protocol/jobs.js';
import { StageError } from '../../protocol/level.js';
import { payloadOf } from '../../protocol/sector.js';
import { failureOf } from '../runner.js';
import { output, type Stage, type StageContext, sectorAtHand } from '../stage.js';
import { attachedStore, type StoredSector, storedSector } from '../stored-sector.js';
import { allocation, allowed } from './allocation.js';
import { handIn } from './hand-in.js';
import { abort, finish, sectorOfJob } from './sector.js';
import { builtin, bytesOf, registered, sectorWork } from './sector-work.js';

const allocate = (): Stage =>
  allocation(
    ({ service, settings }, asking) => service.allocateUnsealSector({ ...allowed(settings), ...asking }),
    (job) => ({
      event: 'AllocatedUnsealSector',
      sector: sectorOfJob(job.Sector),
      outputs: { unseal: job },
    }),
  );

/** Who wants the piece is told of a failure that repeating does not mend; a thread's own record keeps it too. */
function told(stage: Stage): Stage {
  return async (context) => {
    try {
      return await stage(context);
    } catch (thrown) {
      const { level, message } = failureOf(thrown);
      if (level === 'permanent' && !context.signal.aborted) {
        const { PieceCid } = output<UnsealJob>(context, 'unseal');
        await context.service
          .achieveUnsealSector(sectorAtHand(context), PieceCid['/'], message)
          // The failure itself is what counts, and is thrown.
          .catch(() => undefined);
      }
      throw thrown;
    }
  };
}

const unseal = told(async (context) => {
  const { sector } = await sectorWork(context);
  const { proverId } = await builtin();
  const job = output<UnsealJob>(context, 'unseal');
  const { cid, path, size } = await pieceOf(context, job);
  const kept = await keptSector(context, job.PrivateInfo.AccessInstance);
  // Not every processor makes the directory it writes into.
  await mkdir(dirname(path), { recursive: true });
  // Whole quads, which any processor can do.
  const num_bytes = Math.ceil(size / 127) * 127;
  await context.process('unseal', {
    registered_proof: registered(sector),
    prover_id: proverId(sector.miner),
    sector_id: sector.number,
    comm_d: job.CommD,
    ticket: bytesOf(job.Ticket.Ticket),
    cache_dir: kept.cacheDir,
    sealed_file: kept.file,
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
});

/** Where the piece is put, and how long it is. @throws StageError permanent for a piece that cannot be in the sector */
async function pieceOf(context: StageContext, job: UnsealJob) {
  const { sector, files } = await sectorWork(context);
  const { commitmentOfCid, paddedSizeOf } = await builtin();
  const cid = job.PieceCid['/'];
  // Its CID becomes a file name: it has to be one.
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

/** The sector in its attached store, upgraded or not. @throws StageError permanent when it is not there */
async function keptSector(context: StageContext, instance: string): Promise<StoredSector> {
  const { id } = sectorAtHand(context);
  const store = await attachedStore(context.stores, instance);
  const kinds = ['update', 'sealed'] as const;
  const found = kinds.map((kind) => storedSector(store, id, kind)).find(({ file }) => existsSync(file));
  if (found) return found;
  throw new StageError(
    'permanent',
    `${id} is not in store ${instance} (${store.location}): put its files back or rebuild the sector, then ask for the piece again`,
  );
}

async function checkPiece(context: StageContext, path: string, cid: string, size: number): Promise<void> {
  const { work } = await sectorWork(context);
  const { checkPieceFile } = await builtin();
  await checkPieceFile({ path, cid, paddedSize: (size / 127) * 128 }, work);
}

const upload = told(async (context) => {
  const { service } = context;
  const sector = sectorAtHand(context);
  const { path } = output<{ readonly path: string }>(context, 'unsealed');
  const cid = output<UnsealJob>(context, 'unseal').PieceCid['/'];
  const dests = await service.acquireUnsealDest(sector, cid);
  if (dests.length === 0)
    throw new StageError('permanent', `the manager names no place to hand piece ${cid} in at`);
  for (const dest of dests) await handIn(context, path, dest);
  await service.achieveUnsealSector(sector, cid, '');
  return { event: 'UploadPieceDone' };
});

/** The stage that leads out of each state of the unseal plan. */
export const unsealStages: Readonly<Record<string, Stage>> = {
  Empty: allocate(),
  Allocated: unseal,
  Unsealed: upload,
  Finished: finish,
  Aborted: abort,
};
