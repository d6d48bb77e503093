/** What a child process carries in its environment, so that it can be found when its owner is dead. */
import { readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { parseProcStat } from '../protocol/proc-stat.js';

/** Whose home the process works on. */
export const homeVariable = 'SEALVISOR_CHILD_OF';
/** Which process started it. */
export const ownerVariable = 'SEALVISOR_CHILD_OWNER';

/**
 * The mark of a home: a directory that one owner at a time works in, such as a worker's first location. It is told by
 * its real path and by its place on the disk, so neither another directory nor one of the same path in another
 * container has this mark. The directory has to be there. @throws what the file system says
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
 * Names a running process for good: process ids come again, their start times do not. The first part names the
 * namespace that the number counts in. Undefined when nothing of it runs, or without /proc.
 */
export function identityOf(pid: number): string | undefined {
  try {
    const { state, startTime } = parseProcStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    if (state === 'Z' || state === 'X') return undefined;
    return `${readlinkSync('/proc/self/ns/pid')}/${pid}/${startTime}`;
  } catch {
    // No such process, or none of this system's processes is to be seen.
    return undefined;
  }
}
