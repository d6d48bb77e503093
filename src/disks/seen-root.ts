/** The state of a root directory when its mark was checked: shows cheaply whether it is still the same disk. */
import { statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { SealvisorError } from '../protocol/errors.js';
import { markPath, readMark, readMarkSync } from './mark.js';
import { isMissing } from './stat-if-any.js';

export interface SeenRoot {
  readonly path: string;
  /** The id in the mark. */
  readonly id: string;
  /** Device and inode of the directory and of its mark. */
  readonly place: string;
}

interface Place {
  readonly dev: number;
  readonly ino: number;
}

const placeOf = (root: Place | undefined, mark: Place | undefined) =>
  root && mark ? `${root.dev}:${root.ino} ${mark.dev}:${mark.ino}` : '';

/** Checks that `path` is the store with that id. @throws wrong_disk */
export async function seeRoot(path: string, id: string): Promise<SeenRoot> {
  const place = await placeAt(path);
  const mark = await readMark(path);
  if (mark?.id === id) return { path, id, place };
  throw wrongDisk(path, id, mark?.id);
}

/** The same, synchronously. */
export function seeRootSync(path: string, id: string): SeenRoot {
  const place = placeAtSync(path);
  const mark = readMarkSync(path);
  if (mark?.id === id) return { path, id, place };
  throw wrongDisk(path, id, mark?.id);
}

/** Checks that it is still the same disk: compares two inodes and reads the mark only when they differ. @throws wrong_disk */
export function checkRootSync(seen: SeenRoot): SeenRoot {
  const place = placeAtSync(seen.path);
  return place !== '' && place === seen.place ? seen : seeRootSync(seen.path, seen.id);
}

export async function checkRoot(seen: SeenRoot): Promise<SeenRoot> {
  const place = await placeAt(seen.path);
  return place !== '' && place === seen.place ? seen : seeRoot(seen.path, seen.id);
}

async function placeAt(path: string): Promise<string> {
  const look = (each: string) =>
    stat(each).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
  return placeOf(await look(path), await look(markPath(path)));
}

function placeAtSync(path: string): string {
  const look = (each: string) => {
    try {
      return statSync(each);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };
  return placeOf(look(path), look(markPath(path)));
}

/** `found`: the id of the current mark, if there is one. */
export function wrongDisk(
  path: string,
  expected: string,
  found: string | undefined,
  more = '',
): SealvisorError {
  const why =
    found === undefined
      ? `its mark ${expected} is not there`
      : `it has the mark ${found} in place of ${expected}`;
  return new SealvisorError(
    'wrong_disk',
    `${path} is not the disk that was used before (${why}${more}); nothing is written there: mount the disk again, or accept what is there now with \`venus-worker store init -c <config> -l ${path}\``,
    { data: { path, expected, found: found ?? null } },
  );
}
