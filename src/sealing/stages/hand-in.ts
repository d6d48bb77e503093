/** Delivers a piece to its destination. */
import { stat } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, systemCodeOf } from '../../protocol/errors.js';
import { StageError } from '../../protocol/level.js';
import { faultAt } from '../builtin/faults.js';
import { type StageContext, sectorAtHand } from '../stage.js';
import { checkTarget } from '../stores/free-target.js';
import { attachedStore } from '../stores/stored-sector.js';
import { marketTarget } from './market-dest.js';
import { asNewFile, NotAllowed, placeBelow, realPlace } from './new-file.js';
import { transferred } from './persist.js';
import { putPiece } from './put-piece.js';

/** `path`'s file name is the piece's CID. @throws StageError permanent for an invalid destination, or one that refuses */
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
      if (url.host === '') return toManager(context, path, url);
      return bring(context, path, await inStore(context, url, dest));
    case 'http:':
    case 'https:':
      return putPiece(context, path, url);
    case 'market:': {
      const target = marketTarget(url);
      if ('fault' in target) throw refused(dest, target.fault);
      return putPiece(context, path, target.url, { authorization: `Bearer ${target.token}` });
    }
    default:
      throw refused(dest, 'is neither file:, http:, https:, store: nor market:');
  }
}

/** `store:///<cid>` names no store: it means the place that the manager serves pieces from. */
async function toManager({ service, ...context }: StageContext, path: string, url: URL): Promise<void> {
  const cid = url.pathname.replaceAll('/', '');
  if (cid !== basename(path)) throw refused(url.href, `names no store, and not piece ${basename(path)}`);
  const { url: place, headers } = await service.pieceSource(cid);
  await putPiece(context, path, new URL(place), headers);
}

function urlOf(dest: string): URL {
  if (URL.canParse(dest)) return new URL(dest);
  throw refused(dest, 'is not a valid URL');
}

function refused(dest: string, why: string): StageError {
  return new StageError(
    'permanent',
    `the piece cannot be delivered to ${shown(dest)}: it ${why}; name another destination`,
  );
}

/** The URL without credentials and the query, which may have a market's token. */
function shown(dest: string): string {
  if (!URL.canParse(dest)) return dest.replace(/\?.*$/s, '?…');
  const url = new URL(dest);
  if (url.username === '' && url.password === '' && url.search === '') return dest;
  const login = url.username === '' && url.password === '' ? '' : '…@';
  return `${url.protocol}//${login}${url.host}${url.pathname}${url.search === '' ? '' : '?…'}`;
}

/** The destination file: in an existing directory, or for a name that ends with `/`, it is named by the piece's CID. */
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
      `the piece cannot be delivered to ${shown(url.href)}: a file: URL names a path on this machine`,
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
    throw refused(dest, 'is not a valid URL');
  }
}

interface Place {
  /** As the job names it. */
  readonly dest: string;
  readonly store: string | null;
  readonly uri: string;
  /** Directories that may be written to. */
  readonly roots: readonly string[];
}

/** @throws StageError permanent for a place that we may not write to, or that has another file */
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
        // A link is enough: the local name is removed soon, the linked file stays.
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
    // Only faults of the destination: a fault of the local piece is the transfer's, with its own level.
    if (!(thrown instanceof NotAllowed)) throw unusable(uri, thrown);
    const option = store === null ? ' ([sealvisor] unseal_roots lists where pieces may be written)' : '';
    throw refused(dest, `${thrown.message}${option}`);
  }
}

/** A destination that cannot be written to ends the job with the reason. Any other fault is returned unchanged. */
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
