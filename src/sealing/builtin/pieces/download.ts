/**
 * Downloads a piece's payload. An interrupted body is resumed where it ended, if the server names the version it sends
 * (RFC 9110, If-Range).
 */
import { backoffMs } from '../../../actors/backoff.js';
import { sleep } from '../../../actors/system-clock.js';
import { SealvisorError } from '../../../protocol/errors.js';
import { StageError } from '../../../protocol/level.js';
import { mayPass } from '../../../protocol/passing-status.js';
import { wordsOf } from './server-words.js';

export interface PieceDownload {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Size of the payload in bytes. */
  readonly size: number;
  readonly signal: AbortSignal;
  /** Delay before the n-th retry in a row without a byte, in ms. @default 0, then 1 s, 2 s, 4 s, 8 s */
  readonly waitMs?: (n: number) => number;
}

/** The most retries in a row without a byte. */
const mostTries = 5;

const backoff = { minMs: 1000, maxMs: 60_000, jitter: 0 };
const defaultWaitMs = (n: number) => (n === 1 ? 0 : backoffMs(backoff, n - 1, 0));

/**
 * @throws unreachable for a server that is down or busy, StageError permanent for one that refuses, temporary for an
 * interruption that cannot be resumed
 */
export async function downloadPiece(download: PieceDownload): Promise<AsyncIterable<Uint8Array>> {
  return bytesOf(download, await ask(download, {}));
}

async function* bytesOf(download: PieceDownload, first: Response): AsyncGenerator<Uint8Array> {
  const { signal, waitMs = defaultWaitMs } = download;
  const version = versionOf(first);
  let seen = 0;
  let tries = 0;
  let answer: Response | undefined = first;
  for (;;) {
    let cause: unknown;
    try {
      answer ??= await resume(download, version ?? '', seen);
      for await (const bytes of answer.body ?? []) {
        seen += bytes.length;
        tries = 0;
        yield bytes;
      }
      if (seen >= download.size || saysItsLength(answer)) return;
    } catch (thrown) {
      signal.throwIfAborted();
      if (thrown instanceof StageError) throw thrown;
      cause = thrown;
    }
    answer = undefined;
    tries += 1;
    if (version === undefined || tries > mostTries) throw cutAt(download, seen, cause);
    await sleep(waitMs(tries), signal);
  }
}

async function resume(download: PieceDownload, version: string, seen: number): Promise<Response> {
  const answer = await ask(download, { range: `bytes=${seen}-`, 'if-range': version });
  const from = /^bytes (\d+)-/.exec(answer.headers.get('content-range') ?? '')?.[1];
  if (answer.status === 206 && Number(from) === seen) return answer;
  await answer.body?.cancel();
  throw cutAt(download, seen, new Error('the server sends another version, or no ranges'));
}

async function ask({ url, headers, signal }: PieceDownload, more: Record<string, string>): Promise<Response> {
  // Uncompressed: a range of a compressed body has other bytes.
  const wanted = { 'accept-encoding': 'identity', ...headers, ...more };
  const answer = await fetch(url, { headers: wanted, signal }).catch((cause: unknown) => {
    signal.throwIfAborted();
    const message = `cannot fetch the piece from ${placeOf(url)}: check that its server runs and can be reached`;
    throw new SealvisorError('unreachable', message, { cause });
  });
  if (answer.ok) return answer;
  if (answer.status === 416) {
    await answer.body?.cancel();
    return answer;
  }
  const detail = await wordsOf(answer);
  const why = answer.status === 404 ? 'it is no longer there' : `the server answered ${answer.status}`;
  const said = `piece ${new URL(url).pathname.split('/').at(-1)} cannot be fetched: ${why}${detail === undefined ? '' : ` (${detail})`}`;
  if (mayPass(answer.status)) throw new SealvisorError('unreachable', said);
  throw new StageError(
    'permanent',
    `${said}; put the file back and resume, or abort the sector with --state Aborted`,
  );
}

/** The failure after which the stage is retried from the first byte. */
function cutAt({ url, size }: PieceDownload, seen: number, cause: unknown): unknown {
  if (cause instanceof SealvisorError) return cause;
  const message = `the download of the piece from ${placeOf(url)} was cut after ${seen} of ${size} bytes`;
  return new StageError('temporary', message, { cause });
}

/** A validator for exactly these bytes; undefined if there is none. A date counts only if it was at least a minute old. */
function versionOf({ headers }: Response): string | undefined {
  const tag = headers.get('etag');
  if (tag !== null && !tag.startsWith('W/')) return tag;
  const modified = headers.get('last-modified');
  const ageMs = Date.parse(headers.get('date') ?? '') - Date.parse(modified ?? '');
  return modified !== null && ageMs >= 60_000 ? modified : undefined;
}

/** Whether a complete body can be told from an interrupted one; a body with neither header ends when its connection closes. */
function saysItsLength({ headers }: Response): boolean {
  return headers.has('content-length') || headers.has('transfer-encoding');
}

/** The URL without credentials and query, which may be secret. */
function placeOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
