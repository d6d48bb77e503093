/** Children that an earlier worker left behind: found by their mark in the process table, and ended. Linux; elsewhere none is found. */
import { readdirSync, readFileSync } from 'node:fs';

/** The environment variable that says whose child a process is. */
export const markName = 'SEALVISOR_CHILD_OF';

/** Process ids that carry the mark. */
export function markedProcesses(mark: string): readonly number[] {
  const wanted = `${markName}=${mark}`;
  return processIds().filter((pid) => environmentOf(pid).includes(wanted));
}

/** Kills what carries the mark, stopped or not, and says which it was. */
export function endOrphans(mark: string): readonly number[] {
  return markedProcesses(mark).filter((pid) => {
    try {
      process.kill(pid, 'SIGKILL');
      return true;
    } catch {
      // It ended by itself, or became another user's.
      return false;
    }
  });
}

function processIds(): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => pid !== process.pid);
  } catch {
    return [];
  }
}

function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
