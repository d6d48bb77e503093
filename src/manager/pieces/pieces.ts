/** Registers the files of a directory as pieces: for sealing, or put aside for a job. */
import { stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { messageOf, SealvisorError } from '../../protocol/errors.js';
import type { Emit } from '../../protocol/events/table.js';
import { payloadOf } from '../../protocol/sector.js';
import type { FleetStore } from '../../store/fleet-store.js';
import type { PieceRow } from '../../store/piece-table.js';
import { openPieceFile } from './file.js';
import { isPieceName } from './names.js';
import type { SettledFiles } from './settled-files.js';
import { type Unreadable, walkPieces } from './walk.js';

export interface ScannedPieces {
  /** CIDs, in the order of the files' paths; files with the same bytes count once. */
  readonly cids: readonly string[];
  /** Paths of files that are too large or empty. */
  readonly skipped: readonly string[];
  /** Paths of files that are new. */
  readonly added: readonly string[];
  /** How many files seem to be still being written: they are left for the next scan. */
  readonly pending: number;
}

export interface ScanOptions {
  readonly directory: string;
  readonly sectorSize: number;
  readonly store: FleetStore;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** New pieces are put aside, not sealed. @default false */
  readonly aside?: boolean;
  /** Leaves out files that are still being written, and temporary names. @default all files are taken */
  readonly settled?: SettledFiles;
}

/**
 * Takes every regular file that fits a sector. Files that do not fit, are empty or cannot be read are skipped, with
 * one warning for all that do not fit and one for all that cannot be read.
 * @throws usage if a file cannot be read, without `settled`
 */
export async function scanPieces(options: ScanOptions): Promise<ScannedPieces> {
  const { directory, store, settled, signal } = options;
  const root = resolve(directory);
  const unread: Unreadable[] = [];
  const found = await walkPieces(root, (each) => void unread.push(each));
  const paths = found.filter((path) => settled === undefined || isPieceName(relative(root, path)));
  const scan = new PieceScan(root, store, options);
  for (const path of paths) {
    signal.throwIfAborted();
    await scan.take(path).catch((error: unknown) => {
      if (signal.aborted || codeOf(error) !== 'usage') throw error;
      unread.push({ path, why: messageOf(error) });
    });
  }
  const [first] = unread;
  if (first && !settled) throw new SealvisorError('usage', `cannot read ${first.path}: ${first.why}`);
  settled?.keep(scan.pending);
  tellSkipped(options, unread, scan.skipped);
  return {
    cids: [...scan.cids],
    skipped: scan.skipped,
    added: scan.added,
    pending: scan.pending.size,
  };
}

/** One scan of the files of a directory. */
class PieceScan {
  readonly cids = new Set<string>();
  readonly skipped: string[] = [];
  readonly added: string[] = [];
  /** Files that are still being written. */
  readonly pending = new Set<string>();
  readonly #known: ReadonlyMap<string, PieceRow>;
  readonly #putAside: ReadonlySet<string>;

  constructor(
    private readonly root: string,
    private readonly store: FleetStore,
    private readonly options: Pick<ScanOptions, 'sectorSize' | 'signal' | 'aside' | 'settled'>,
  ) {
    this.#known = new Map(store.pieces().map((piece) => [piece.path, piece]));
    this.#putAside = new Set(store.asidePieces());
  }

  /** @throws usage if the file cannot be read */
  async take(path: string): Promise<void> {
    const { sectorSize, settled } = this.options;
    const { size, mtimeMs } = await statOf(path);
    const before = this.#known.get(path);
    if (before?.payloadSize === size && before.mtimeMs === mtimeMs) this.#takeKnown(before);
    else if (settled && !settled.isSettled(path, { size, mtimeMs })) this.pending.add(path);
    else {
      // The file has changed: the bytes of the old piece no longer exist.
      if (before) this.store.removePiece(before.cid);
      if (size === 0 || size > payloadOf(sectorSize)) this.skipped.push(path);
      else await this.#takeNew(path, { size, mtimeMs });
    }
  }

  #takeKnown(piece: PieceRow): void {
    // It was put aside, and its directory is now one whose pieces are sealed.
    if (!this.options.aside && this.#putAside.has(piece.cid)) this.store.addPiece(piece);
    this.cids.add(piece.cid);
  }

  async #takeNew(path: string, before: FileFacts): Promise<void> {
    const { signal, settled, aside = false } = this.options;
    const { commP, pieceCid } = await import('../../sealing/builtin/index.js');
    const work = { signal, progress: () => undefined };
    const { commitment, paddedSize, payloadSize } = await commP(bytesOf(path, this.root), work);
    const cid = pieceCid(commitment);
    if (await hasChanged(path, before)) {
      if (!settled) throw beingWritten(path);
      this.pending.add(path);
      return;
    }
    this.store.addPiece({ cid, path, payloadSize, paddedSize, mtimeMs: before.mtimeMs }, { aside });
    this.cids.add(cid);
    this.added.push(path);
  }
}

function tellSkipped(
  { emit, sectorSize }: ScanOptions,
  unread: readonly Unreadable[],
  skipped: readonly string[],
): void {
  const [first] = unread;
  if (first) emit({ event: 'pieces.unreadable', count: unread.length, first: first.path, reason: first.why });
  const [unfitting] = skipped;
  if (unfitting !== undefined)
    emit({
      event: 'pieces.unfitting',
      count: skipped.length,
      first: unfitting,
      sectorSize,
      payloadSize: payloadOf(sectorSize),
    });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof SealvisorError ? error.code : undefined;
}

interface FileFacts {
  readonly size: number;
  readonly mtimeMs: number;
}

/** Opens the file at the first read: a stream that is never read could not report its error. */
async function* bytesOf(path: string, root: string): AsyncGenerator<Buffer> {
  try {
    const { handle } = await openPieceFile(path, [root]);
    yield* handle.createReadStream();
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** Whether the file was written to while it was read. */
async function hasChanged(path: string, before: FileFacts): Promise<boolean> {
  const now = await statOf(path);
  return now.size !== before.size || now.mtimeMs !== before.mtimeMs;
}

/** @throws usage */
async function statOf(path: string): Promise<FileFacts> {
  return stat(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
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
