import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { SealvisorError } from '../protocol/errors.js';

/**
 * The file that `bin` names, as the system finds it: with a slash a path from the working directory, else a name on
 * `searchPath`. `key` is what the configuration calls it. @throws config_invalid, naming key and file
 */
export function executable(bin: string, key: string, searchPath: string = process.env.PATH ?? ''): string {
  const refuse = (why: string) =>
    new SealvisorError('config_invalid', `${key} = ${JSON.stringify(bin)}: ${why}`);
  if (bin.includes('/')) {
    const path = resolve(bin);
    const fault = faultOf(path);
    if (fault !== undefined) throw refuse(`${path} ${fault}`);
    return path;
  }
  const found = onPath(bin, searchPath);
  if (found !== undefined) return found;
  throw refuse(`no executable of this name is on PATH (${searchPath}): write its path`);
}

/** The first executable of this name on a search path. */
export function onPath(name: string, searchPath: string = process.env.PATH ?? ''): string | undefined {
  const places = searchPath.split(delimiter).filter((place) => place !== '');
  return places.map((place) => join(place, name)).find((path) => faultOf(path) === undefined);
}

function faultOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return 'does not exist';
  if (found.isDirectory()) return 'is a directory: name the program in it';
  if (!found.isFile()) return 'is no file';
  try {
    accessSync(path, constants.X_OK);
    return undefined;
  } catch {
    return 'is not executable: chmod +x it';
  }
}
