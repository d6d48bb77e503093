/** Brings a piece to where it is wanted. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { messageOf, systemCodeOf } from '../../protocol/errors.js';
import { StageError } from '../../protocol/level.js';
import { mayPass } from '../../protocol/passing-status.js';
import { faultAt } from '../builtin/faults.js';
import { type StageContext, sectorAtHand } from '../stage.js';
import { attachedStore } from '../stored-sector.js';
import { checkTarget } from '../stores/free-target.js';
import { asNewFile, NotAllowed, placeBelow, realPlace } from './new-file.js';
import { transferred } from './persist.js';

/** `path`'s file name is the piece's CID. @throws StageError permanent for a place that cannot be, or refuses */
export async function handIn(context: StageContext, path: string, dest: string): Promise<void> {
  const url = urlOf(dest);
  switch (url.protocol) {
    case 'file:':
      return bring(context, path, {
        dest,
        store: null,
        uri: await fileOf(url, path),
        roots: context.settings.unsealRoots ?? [],
      });
    case 'store:':
      return bring(context, path, await inStore(context, url, dest));
    case 'http:':
    case 'https:':
      return put(context, path, url);
    default:
      throw refused(dest, 'is neither file:, http:, https: nor store:');
  }
}

function urlOf(dest: string): URL {
  if (URL.canParse(dest)) return new URL(dest);
  throw refused(dest, 'is no URL');
}

function refused(dest: string, why: string): StageError {
  return new StageError(
    'permanent',
    `the piece cannot be handed in at ${dest}: it ${why}; name another place`,
  );
}

/** A directory that is there, or a name that ends so, takes the piece under its CID. */
async function fileOf(url: URL, path: string): Promise<string> {
  const named = localPath(url);
  const isDirectory = await stat(named).then(
    (found) => found.isDirectory(),
    () => url.pathname.endsWith('/'),
  );
  return isDirectory ? join(named, basename(path)) : named;
}

function localPath(url: URL): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw new StageError(
      'permanent',
      `the piece cannot be handed in at ${url.href}: a file: URL names a path on this machine`,
      { cause },
    );
  }
}

async function inStore(context: StageContext, url: URL, dest: string) {
  const [name, within] = [decoded(url.host, dest), decoded(url.pathname, dest)];
  const store = await attachedStore(context.stores, name);
  if (store.readonly) throw refused(dest, 'is in a store that is attached read-only');
  const uri = resolve(store.location, `.${within}`);
  if (!uri.startsWith(resolve(store.location) + sep)) throw refused(dest, 'names no file of that store');
  return { dest, store: name, uri, roots: [store.location] };
}

function decoded(part: string, dest: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw refused(dest, 'is no URL');
  }
}

interface Place {
  /** As it was named. */
  readonly dest: string;
  readonly store: string | null;
  readonly uri: string;
  /** Directories that may be written to. */
  readonly roots: readonly string[];
}

/** @throws StageError permanent for a place that is not ours to write to, or holds something else */
async function bring(context: StageContext, path: string, { dest, store, uri, roots }: Place): Promise<void> {
  try {
    const found = await placeBelow(roots, uri);
    const stores = await Promise.all(
      context.stores.map(async (each) => ({ ...each, location: await realPlace(each.location) })),
    );
    const check = () => checkTarget(found.place, path, stores, context.signal);
    await asNewFile(found, sectorAtHand(context).id, check, (beside) =>
      transferred(context, {
        stores: store === null ? {} : { [store]: { name: store, meta: null } },
        // The local piece goes away soon; its second name stays.
        routes: [
          {
            src: { store_name: null, uri: path },
            dest: { store_name: store, uri: beside },
            opt: { is_dir: false, allow_link: true },
          },
        ],
      }),
    );
  } catch (thrown) {
    if (thrown instanceof StageError) throw thrown;
    // Of the destination alone: what happens to the piece here is the transfer's, and has its level.
    if (!(thrown instanceof NotAllowed)) throw unusable(uri, thrown);
    const option = store === null ? ' ([sealvisor] unseal_roots lists where pieces may be written)' : '';
    throw refused(dest, `${thrown.message}${option}`);
  }
}

/** A destination that cannot be written to ends the job with its reason. Any other fault is passed on as it is. */
function unusable(uri: string, thrown: unknown): unknown {
  const fault = faultAt(uri, thrown);
  if (!(fault instanceof StageError)) return fault;
  const why = systemCodeOf(thrown) ?? messageOf(thrown);
  return new StageError(
    'permanent',
    `the piece cannot be written to ${uri} (${why}): see that the directory is there and can be written to, then ask for the piece again`,
    { cause: thrown },
  );
}

/** @throws StageError temporary when the server cannot be reached or says that it cannot now, permanent with its words when it refuses */
async function put({ signal, progress }: StageContext, path: string, url: URL): Promise<void> {
  const { wordsOf } = await import('../builtin/index.js');
  const { size } = await stat(path);
  let sent = 0;
  const counted = async function* () {
    for await (const chunk of createReadStream(path, { signal })) {
      // A stream without an encoding gives buffers.
      const bytes = chunk as Buffer;
      yield bytes;
      sent += bytes.length;
      progress({ done: sent, total: size, unit: 'bytes' });
    }
  };
  const headers = { 'content-length': String(size), 'content-type': 'application/octet-stream' };
  const answer = await fetch(withoutLogin(url), {
    method: 'PUT',
    headers: { ...headers, ...loginOf(url) },
    body: Readable.toWeb(Readable.from(counted())),
    duplex: 'half',
    redirect: 'manual',
    signal,
  }).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw new StageError('temporary', `cannot reach ${placeOf(url)} to hand the piece in`, { cause });
  });
  if (answer.ok) {
    await answer.body?.cancel();
    return;
  }
  const words = await wordsOf(answer);
  const said = `${placeOf(url)} did not take the piece: it answered ${answer.status}${words === undefined ? '' : ` (${words})`}`;
  if (mayPass(answer.status)) throw new StageError('temporary', said);
  // Who wants the piece is told, and the job is over.
  throw new StageError('permanent', `${said}; fix that and ask for the piece again, or name another place`);
}

/** A user and password of the URL, as a server reads them; fetch takes none that are in it. */
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

/** Without what may be secret: credentials and the query. */
function placeOf({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}
