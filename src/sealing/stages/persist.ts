/** Stages that copy a finished sector to its store. */

import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredKind } from '../../../machines/plan.js';
import { StageError } from '../../protocol/level.js';
import { type FileNote, noteFile } from '../file-notes.js';
import { output, outputIfAny, type Stage, type StageContext } from '../stage.js';
import { chosenStore } from '../stores/choice.js';
import { inItsPlace } from '../stores/keep-place.js';
import { keptNotesFile, writeKeptNotes } from '../stores/kept-notes.js';
import { checkStore, type StoredSector } from '../stores/stored-sector.js';
import type { Tasks, TransferTask } from '../tasks.js';
import { isForeign, isForeignUpdate } from '../whose-sector.js';
import { compared, digestsOf, stillToBring } from './compared.js';
import { again, builtin, sectorWork } from './sector-work.js';
import type { Encoded } from './upgrade.js';

export interface Persisted {
  /** The attached store's name. */
  readonly instance: string;
  readonly path: string;
}

export const persist: Stage = async (context) => {
  const { files } = await sectorWork(context);
  return persisted(context, { file: files.sealed, cacheDir: files.cacheDir }, 'sealed');
};

export const persistUpdate: Stage = async (context) => {
  const { files } = await sectorWork(context);
  return persisted(context, { file: files.update, cacheDir: files.updateCacheDir }, 'update');
};

/** Copies the sector's file and the kept part of its cache to an attached store; the local files stay until the sector ends. */
async function persisted(context: StageContext, local: StoredSector, kind: StoredKind) {
  const keptFiles = await keptOf(context, local, kind);
  // The file itself is copied last: if it is there, the cache is complete.
  const sources = [...keptFiles.map((name) => join(local.cacheDir, name)), local.file];
  const sizes = await Promise.all(sources.map(async (path) => (await stat(path)).size));
  const store = await chosenStore(
    context,
    sizes.reduce((sum, size) => sum + size, 0),
    kind,
  );
  const wanted = await digestsOf(context);
  const { cacheFiles } = await builtin();
  const telling = [local.file, join(local.cacheDir, cacheFiles.persistentAux)];
  const replica = {
    kind,
    commR: await commROf(context, kind),
    sha256s: await Promise.all(telling.map(wanted)),
  };
  let stored: readonly FileNote[] = [];
  await inItsPlace(context, store, replica, async (kept) => {
    const copies = sources.map((source, at) => ({
      source,
      target: at < keptFiles.length ? join(kept.cacheDir, keptFiles[at] ?? '') : kept.file,
    }));
    const routes = (await stillToBring(context, copies)).map(({ source, target }) => ({
      src: { store_name: null, uri: source },
      dest: { store_name: store.name, uri: target },
      opt: null,
    }));
    const stores = { [store.name]: { name: store.name, meta: null } };
    // If the disk was unmounted in the meantime, the written files are gone, and that explains a failure better.
    if (routes.length > 0)
      await transferred(context, { stores, routes, read_back: false }).catch(async (thrown: unknown) => {
        await checkStore(store);
        throw thrown;
      });
    await checkStore(store);
    const brought = await compared(context, copies);
    await writeKeptNotes(kept, brought);
    stored = [...brought, await noteFile(keptNotesFile(kept), context.location, context.signal)];
  });
  const persisted: Persisted = { instance: store.name, path: store.location };
  return { event: 'Persist', outputs: { persisted, files: { stored } } };
}

async function commROf(context: StageContext, kind: StoredKind): Promise<readonly number[]> {
  if (kind === 'sealed') return output<Tasks['pc2']['output']>(context, 'pc2').comm_r;
  if (context.record.outputs.snap_encode !== undefined)
    return output<Encoded>(context, 'snap_encode').comm_r_new;
  // A rebuild that was sent back to be persisted again has dropped it, and was compared with this.
  const upgrade = outputIfAny<{ readonly commR?: readonly number[] | null } | null>(context, 'upgrade');
  if (upgrade?.commR) return upgrade.commR;
  const { files } = await sectorWork(context);
  const { readManifest } = await builtin();
  return (await readManifest(files.updateCacheDir)).commR;
}

/**
 * Names in the cache that are kept.
 * @throws StageError permanent when another program's pc2 left too few files to identify the sector
 */
async function keptOf(
  context: StageContext,
  { cacheDir }: StoredSector,
  kind: StoredKind,
): Promise<readonly string[]> {
  const { sector } = await sectorWork(context);
  const { cacheFiles, foreignKeptFiles, keptFiles } = await builtin();
  if (!(await isOfOthers(context, cacheDir, kind))) return keptFiles;
  const there: string[] = [];
  for (const name of foreignKeptFiles(sector.size))
    await access(join(cacheDir, name)).then(
      () => there.push(name),
      // Not every processor writes all of these files.
      () => undefined,
    );
  if (there.includes(cacheFiles.persistentAux)) return there;
  throw new StageError(
    'permanent',
    `${join(cacheDir, cacheFiles.persistentAux)} is not there, and nobody can prove the sector without it: see what the processor of ${kind === 'update' ? 'snap_encode' : 'pc2'} writes, then ${againFrom(context, kind)} does it again`,
  );
}

async function isOfOthers({ record }: StageContext, cacheDir: string, kind: StoredKind): Promise<boolean> {
  const { outputs } = record;
  if (kind === 'sealed') return isForeign(outputs);
  // A rebuild that was sent back to be persisted again has dropped what snap_encode noted.
  if (outputs.snap_encode !== undefined) return isForeignUpdate(outputs);
  return (await builtin()).isForeignCache(cacheDir);
}

function againFrom(context: StageContext, kind: StoredKind): string {
  return `resume --state ${again(context, kind === 'sealed' ? 'PC2' : 'SnapEncode')}`;
}

/** Runs a transfer with a processor. @throws StageError permanent when its output says that it was not done */
export async function transferred(context: StageContext, task: TransferTask): Promise<void> {
  if (await context.process('transfer', task)) return;
  throw new StageError('permanent', 'the transfer processor answered false: see what it logged, then resume');
}
