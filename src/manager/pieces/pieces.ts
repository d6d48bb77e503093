/** Makes deals from the files of a directory: for the sealers, or put aside for a job. */
import { stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { messageOf, SealvisorError } from '../../protocol/errors.js';
import { payloadOf } from '../../protocol/sector.js';
import type { FleetStore } from '../../store/fleet-store.js';
import { openPieceFile } from './file.js';
import { isPieceName } from './names.js';
import type { SettledFiles } from './settled-files.js';
import { type Unreadable, walkPieces } from './walk.js';

export interface ScannedPieces {
  /** CIDs, in the order of their files' names; files with the same bytes are one. */
  readonly cids: readonly string[];
  /** Paths of those that are too large, or empty. */
  readonly skipped: readonly string[];
  /** Paths of those that are new here. */
  readonly added: readonly string[];
  /** How many are still being written, as far as can be seen: they are left for the next scan. */
  readonly pending: number;
}

/** Takes every regular file that fits a sector; what is too large, empty or cannot be read is skipped with one warning. @throws usage for what cannot be read, without `settled` */
export async function scanPieces(
  directory: string,
  sectorSize: number,
  store: FleetStore,
  options: {
    readonly warn: (line: string) => void;
    readonly signal: AbortSignal;
    /** Pieces that were not known are for no sealer. @default false */
    readonly aside?: boolean;
    /** Files that are still being written are left out, and so are temporary names. @default all files are taken */
    readonly settled?: SettledFiles;
  },
): Promise<ScannedPieces> {
  const { aside = false, settled } = options;
  const root = resolve(directory);
  const unread: Unreadable[] = [];
  const found = await walkPieces(root, (each) => void unread.push(each));
  const paths = found.filter((path) => settled === undefined || isPieceName(relative(root, path)));
  const known = new Map(store.pieces().map((piece) => [piece.path, piece]));
  const putAside = new Set(store.asidePieces());
  const skipped: string[] = [];
  const added: string[] = [];
  const pending = new Set<string>();
  const cids = new Set<string>();
  const take = async (path: string) => {
    const { size, mtimeMs } = await stat(path).catch((cause: unknown) => {
      throw unreadable(path, cause);
    });
    const before = known.get(path);
    if (before?.payloadSize === size && before.mtimeMs === mtimeMs) {
      // The sealers are given its directory now.
      if (!aside && putAside.has(before.cid)) store.addPiece(before);
      cids.add(before.cid);
      return;
    }
    if (settled && !settled.isSettled(path, { size, mtimeMs })) {
      pending.add(path);
      return;
    }
    // The file has other bytes now: what was known of it is nowhere any more.
    if (before) store.removePiece(before.cid);
    if (size === 0 || size > payloadOf(sectorSize)) {
      skipped.push(path);
      return;
    }
    const { commP, pieceCid } = await import('../../sealing/builtin/index.js');
    const work = { signal: options.signal, progress: () => undefined };
    const { commitment, paddedSize, payloadSize } = await commP(bytesOf(path, root), work);
    const cid = pieceCid(commitment);
    if (await hasChanged(path, { size, mtimeMs })) {
      if (!settled) throw beingWritten(path);
      pending.add(path);
      return;
    }
    store.addPiece({ cid, path, payloadSize, paddedSize, mtimeMs }, { aside });
    cids.add(cid);
    added.push(path);
  };
  for (const path of paths) {
    options.signal.throwIfAborted();
    await take(path).catch((error: unknown) => {
      if (options.signal.aborted || codeOf(error) !== 'usage') throw error;
      unread.push({ path, why: messageOf(error) });
    });
  }
  const [first] = unread;
  if (first) {
    if (!settled) throw new SealvisorError('usage', `cannot read ${first.path}: ${first.why}`);
    options.warn(skippedText(unread.length, first));
  }
  settled?.keep(pending);
  if (skipped.length > 0)
    options.warn(
      `skipped ${skipped.length} file${skipped.length > 1 ? 's' : ''} that fit no sector of ${sectorSize} bytes (empty, or over ${payloadOf(sectorSize)} bytes), the first is ${skipped[0]}`,
    );
  return { cids: [...cids], skipped, added, pending: pending.size };
}

function codeOf(error: unknown): string | undefined {
  return error instanceof SealvisorError ? error.code : undefined;
}

function skippedText(count: number, { path, why }: Unreadable): string {
  return `skipped ${count} file${count > 1 ? 's or directories' : ''} that cannot be read as pieces, the first is ${path}: ${why}`;
}

/** Opened when the first byte is asked for: a stream that nobody reads has nobody to hear its fault. */
async function* bytesOf(path: string, root: string): AsyncGenerator<Buffer> {
  try {
    const { handle } = await openPieceFile(path, [root]);
    yield* handle.createReadStream();
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** Whether somebody wrote to it while it was read. */
async function hasChanged(path: string, before: { size: number; mtimeMs: number }): Promise<boolean> {
  const now = await stat(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  return now.size !== before.size || now.mtimeMs !== before.mtimeMs;
}

function beingWritten(path: string): SealvisorError {
  return new SealvisorError(
    'usage',
    `the piece ${path} is still being written: try again when it is complete`,
  );
}

function unreadable(path: string, cause: unknown): SealvisorError {
  return new SealvisorError('usage', `cannot read the piece ${path}: ${messageOf(cause)}; fix or move it`, {
    cause,
  });
}
