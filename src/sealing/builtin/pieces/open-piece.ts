import { openRegular } from '../../../disks/regular-file.js';
import type { PieceFile } from '../../tasks.js';
import { faultAt, wrongData } from '../faults.js';
import { downloadPiece } from './download.js';

/**
 * The payload of a piece, `size` bytes, from a file or a server.
 * @throws StageError; unreachable for a server that is down or busy
 */
export async function openPiece(
  file: PieceFile,
  size: number,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  if (file === 'pledge') throw wrongData('a pledge has no payload');
  if (!('local' in file)) return downloadPiece({ url: file.url, headers: file.headers ?? {}, size, signal });
  const { local } = file;
  const handle = await openRegular(local).catch((thrown: unknown) => {
    throw faultAt(local, thrown);
  });
  return handle.createReadStream();
}
