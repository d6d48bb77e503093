import { openRegular } from '../../disks/regular-file.js';
import { StageError } from '../../protocol/level.js';
import type { PieceFile } from '../tasks.js';
import { faultAt, wrongData } from './faults.js';
import { wordsOf } from './server-words.js';

/** The payload of a piece, from a file or a server. @throws StageError; a server that cannot be reached is temporary */
export async function openPiece(file: PieceFile, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  if (file === 'pledge') throw wrongData('a pledge has no payload');
  if ('local' in file) {
    const { local } = file;
    const handle = await openRegular(local).catch((thrown: unknown) => {
      throw faultAt(local, thrown);
    });
    return handle.createReadStream();
  }
  const { url, headers = {} } = file;
  const answer = await fetch(url, { headers, signal }).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw new StageError('temporary', `cannot fetch the piece from ${url}`, { cause });
  });
  if (answer.ok && answer.body) return answer.body;
  const detail = await wordsOf(answer);
  const why = answer.status === 404 ? 'it is no longer there' : `the server answered ${answer.status}`;
  throw new StageError(
    'permanent',
    `piece ${new URL(url).pathname.split('/').at(-1)} cannot be fetched: ${why}${detail === undefined ? '' : ` (${detail})`}; put the file back and resume, or give the sector up with --state Aborted`,
  );
}
