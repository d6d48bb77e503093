/**
 * Finds child processes of a dead owner by their mark in the process table and ends them. Linux only; elsewhere it
 * finds none.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { sleep } from '../actors/system-clock.js';
import { SealvisorError } from '../protocol/errors.js';
import { homeVariable, identityOf, ownerVariable } from './mark.js';

const lookEveryMs = 10;

/** Process ids that carry exactly this mark and whose owner no longer runs. */
export function orphansOf(mark: string): readonly number[] {
  return processIds().filter((pid) => isOrphan(environmentOf(pid), mark));
}

/**
 * Kills the processes that earlier owners left on a home, stopped (SIGSTOP) or not, with all that inherited the mark;
 * resolves to the process ids when they are gone. Children of a running owner are not touched, including this process's
 * own. @throws start_failed when one does not end in time
 */
export async function endOrphans(
  mark: string,
  options: {
    /** How long they may take to end, ms. @default 5000 */
    readonly withinMs?: number;
  } = {},
): Promise<readonly number[]> {
  const { withinMs = 5000 } = options;
  const ended = new Set<number>();
  const deadline = performance.now() + withinMs;
  for (let left = orphansOf(mark); left.length > 0; left = orphansOf(mark)) {
    if (performance.now() > deadline)
      throw new SealvisorError(
        'start_failed',
        `processes ${left.join(', ')}, left by an earlier run on ${mark}, do not end: end them and start again`,
      );
    for (const pid of left) if (killed(pid)) ended.add(pid);
    await sleep(lookEveryMs);
  }
  return [...ended];
}

function isOrphan(environment: ReadonlyMap<string, string>, mark: string): boolean {
  if (environment.get(homeVariable) !== mark) return false;
  const owner = environment.get(ownerVariable);
  const [, namespace, pid] = /^(.*)\/(\d+)\/\d+$/.exec(owner ?? '') ?? [];
  // A pid of another container means nothing here.
  if (!identityOf(process.pid)?.startsWith(`${namespace}/`)) return false;
  return identityOf(Number(pid)) !== owner;
}

function killed(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    // It ended by itself, or belongs to another user now.
    return false;
  }
}

function processIds(): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => pid !== process.pid);
  } catch {
    // There is no process table.
    return [];
  }
}

/** Empty for another user's process, and for one that has ended. */
function environmentOf(pid: number): ReadonlyMap<string, string> {
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    return new Map(variables.map((each) => [each.split('=', 1)[0] ?? '', each.slice(each.indexOf('=') + 1)]));
  } catch {
    return new Map();
  }
}
