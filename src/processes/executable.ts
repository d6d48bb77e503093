import { resolve } from 'node:path';
import { messageOf, SealvisorError } from '../protocol/errors.js';
import { onPath, runFault } from './run-fault.js';

/**
 * The path of the executable `bin`, found as the system does: with a slash it is a path from the working directory, else
 * a name on `searchPath`. `key` is its configuration key. @throws config_invalid, disk_hung, naming key and file
 */
export async function executable(
  bin: string,
  key: string,
  searchPath: string = process.env.PATH ?? '',
): Promise<string> {
  const refuse = (why: string) =>
    new SealvisorError('config_invalid', `${key} = ${JSON.stringify(bin)}: ${why}`);
  const path = bin.includes('/') ? resolve(bin) : await onPath(bin, searchPath);
  if (path === undefined)
    throw refuse(`no executable of this name is on PATH (${searchPath}): write its path`);
  const fault = await runFault(path, searchPath).catch((cause: unknown) => {
    const message = `${key} = ${JSON.stringify(bin)}: ${messageOf(cause)}`;
    throw new SealvisorError('disk_hung', message, { cause });
  });
  if (fault !== undefined) throw refuse(`${path} ${fault}`);
  return path;
}
