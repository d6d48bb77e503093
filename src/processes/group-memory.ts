import { readdir, readFile } from 'node:fs/promises';
import { parseProcStat } from '../protocol/proc-stat.js';

/** Memory in use by the processes of a group (RSS), bytes; null if the system does not show it or the group is empty. */
export async function groupMemory(group: number): Promise<number | null> {
  const pids = await readdir('/proc').catch(() => []);
  const sizes = await Promise.all(
    pids.filter((name) => /^\d+$/.test(name)).map((pid) => memoryIn(pid, group)),
  );
  const members = sizes.filter((size) => size !== null);
  return members.length === 0 ? null : members.reduce((sum, size) => sum + size, 0);
}

/** Memory of one process, bytes; null when it is not in the group or has ended. */
async function memoryIn(pid: string, group: number): Promise<number | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    if (parseProcStat(stat).group !== group) return null;
    const status = await readFile(`/proc/${pid}/status`, 'latin1');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return null;
  }
}
