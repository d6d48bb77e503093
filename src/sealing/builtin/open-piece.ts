import { createReadStream } from 'node:fs';
import { StageError } from '../../protocol/level.js';
import type { PieceFile } from '../tasks.js';
import { wrongData } from './faults.js';

/** What is read of a server's words about an error, bytes, and what is shown of them, characters. */
const longestProblem = 16 * 1024;
const longestDetail = 300;

/** The payload of a piece, from a file or a server. @throws StageError; a server that cannot be reached is temporary */
export async function openPiece(file: PieceFile, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  if (file === 'pledge') throw wrongData('a pledge has no payload');
  if ('local' in file) return createReadStream(file.local);
  const { url, headers = {} } = file;
  const answer = await fetch(url, { headers, signal }).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw new StageError('temporary', `cannot fetch the piece from ${url}`, { cause });
  });
  if (answer.ok && answer.body) return answer.body;
  const detail = await detailOf(answer);
  const why = answer.status === 404 ? 'it is no longer there' : `the server answered ${answer.status}`;
  throw new StageError(
    'permanent',
    `piece ${new URL(url).pathname.split('/').at(-1)} cannot be fetched: ${why}${detail === undefined ? '' : ` (${detail})`}; put the file back and resume, or give the sector up with --state Aborted`,
  );
}

/** What a problem+json (RFC 9457) says happened. */
async function detailOf(answer: Response): Promise<string | undefined> {
  try {
    if (!answer.headers.get('content-type')?.startsWith('application/problem+json')) return undefined;
    const problem: unknown = JSON.parse(await startOf(answer));
    if (typeof problem !== 'object' || problem === null || !('detail' in problem)) return undefined;
    return typeof problem.detail === 'string' ? problem.detail.slice(0, longestDetail) : undefined;
  } catch {
    // Its status says enough.
    return undefined;
  } finally {
    if (!answer.bodyUsed) await answer.body?.cancel();
  }
}

async function startOf({ body }: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body ?? []) {
    parts.push(part);
    length += part.length;
    if (length > longestProblem) break;
  }
  return Buffer.concat(parts).toString();
}
