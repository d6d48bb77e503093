/** Environment variables of child processes, by which they are found when their owner is dead. */
import { readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { parseProcStat } from '../protocol/proc-stat.js';

/** The home that the process works on. */
export const homeVariable = 'SEALVISOR_CHILD_OF';
/** Which process started it. */
export const ownerVariable = 'SEALVISOR_CHILD_OWNER';

/**
 * The mark of a home: a directory that one owner at a time works in, such as a worker's first location. It consists of
 * the real path, device and inode, so neither another directory nor one with the same path in another container has the
 * same mark. The directory must exist. @throws errors of the file system
 */
export function homeMark(directory: string): string {
  const path = realpathSync(directory);
  const { dev, ino } = statSync(path);
  return `${path}#${dev}:${ino}`;
}

/** The variables that mark a child of this process. */
export function marked(mark: string): Readonly<Record<string, string>> {
  const self = identityOf(process.pid);
  return { [homeVariable]: mark, ...(self === undefined ? {} : { [ownerVariable]: self }) };
}

/**
 * Identifies a running process uniquely: process ids are reused, with other start times. The first part is the pid
 * namespace. Undefined when the process does not run, or without /proc.
 */
export function identityOf(pid: number): string | undefined {
  try {
    const { state, startTime } = parseProcStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    if (state === 'Z' || state === 'X') return undefined;
    return `${readlinkSync('/proc/self/ns/pid')}/${pid}/${startTime}`;
  } catch {
    // The process does not exist, or there is no /proc.
    return undefined;
  }
}
