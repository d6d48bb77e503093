/** Uploads a piece to a server by PUT. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { messageOf, systemCodeOf } from '../../protocol/errors.js';
import { StageError } from '../../protocol/level.js';
import { mayPass } from '../../protocol/passing-status.js';
import type { StageContext } from '../stage.js';

/**
 * `more`: additional headers.
 * @throws StageError temporary when the server is unreachable or busy, permanent with the server's error text when it refuses
 */
export async function putPiece(
  { signal, progress }: Pick<StageContext, 'signal' | 'progress'>,
  path: string,
  url: URL,
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { wordsOf } = await import('../builtin/index.js');
  const { size } = await stat(path);
  let sent = 0;
  let isRead = true;
  const file = createReadStream(path, { signal }).once('error', () => {
    isRead = false;
  });
  const counted = async function* () {
    // A stream without an encoding yields buffers.
    const chunks: AsyncIterable<Buffer> = file;
    for await (const bytes of chunks) {
      yield bytes;
      sent += bytes.length;
      progress({ done: sent, total: size, unit: 'bytes' });
    }
  };
  const headers = { 'content-length': String(size), 'content-type': 'application/octet-stream' };
  const answer = await fetch(withoutLogin(url), {
    method: 'PUT',
    headers: { ...headers, ...loginOf(url), ...more },
    body: Readable.toWeb(Readable.from(counted())),
    duplex: 'half',
    redirect: 'manual',
    signal,
  }).catch((cause: unknown) => {
    signal.throwIfAborted();
    const why = reasonOf(cause);
    if (!isRead)
      throw new StageError('temporary', `cannot read the piece that is to be delivered: ${why}`, { cause });
    throw new StageError(
      'temporary',
      `cannot reach ${placeOf(url)} to deliver the piece (${why}): check that it runs and listens there`,
      { cause },
    );
  });
  if (answer.ok) {
    await answer.body?.cancel();
    return;
  }
  const words = await wordsOf(answer);
  const said = `${placeOf(url)} did not take the piece: it answered ${answer.status}${words === undefined ? '' : ` (${words})`}`;
  if (mayPass(answer.status)) throw new StageError('temporary', said);
  // The job ends with this reason, which the client sees.
  throw new StageError(
    'permanent',
    `${said}; fix that and ask for the piece again, or name another destination`,
  );
}

/** fetch only reports `fetch failed`; the reason is in its cause. */
function reasonOf(thrown: unknown): string {
  const isWrapped = thrown instanceof TypeError && thrown.cause !== undefined;
  return systemCodeOf(thrown) ?? messageOf(isWrapped ? thrown.cause : thrown);
}

/** The URL's user and password as a header; fetch does not accept them in the URL. */
function loginOf({ username, password }: URL): { readonly authorization?: string } {
  if (username === '' && password === '') return {};
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
}

function withoutLogin(url: URL): URL {
  const plain = new URL(url);
  plain.username = '';
  plain.password = '';
  return plain;
}

/** The URL without credentials and query, which may be secret. */
function placeOf({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}
