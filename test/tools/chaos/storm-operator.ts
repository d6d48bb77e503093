/** Who tends a fleet in a storm, and who does harm to it. */
import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import type { ThreadView } from '../../../src/protocol/thread.js';
import { onWorker } from '../e2e/fleet.js';
import { type Fleet, viewsOf } from './storm-fleet.js';
import { damageOne } from './storm-troubles.js';

/** What an operator does at night: resumes what is paused, to the state that its error names, and restarts what failed. */
export async function tend(
  fleet: Fleet,
  said: Map<string, number>,
  finished: ReadonlySet<string>,
): Promise<readonly ThreadView[]> {
  const views = await viewsOf(fleet);
  for (const { index, mode, lastError, state } of views) {
    if (mode === 'failed') await onWorker(fleet.workerAt, 'restart', '--index', String(index));
    if (mode !== 'paused') continue;
    const message = lastError?.message ?? 'paused without an error';
    said.set(`${state}: ${message.slice(0, 160)}`, (said.get(`${state}: ${message.slice(0, 160)}`) ?? 0) + 1);
    const to = stateAdvised(message);
    // What is damaged in a store is named first, and has to be out of the way.
    const damaged = /^(\/\S+) .*move it away, then resume --state/.exec(message)?.[1];
    if (damaged !== undefined) rmSync(damaged, { force: true });
    // So is what lies in its place and is nobody's: the note that it is this thread's own was damaged.
    const [, file, cacheDir] =
      /lies at (\/\S+): .* move it and (\/\S+) away, then resume/.exec(message) ?? [];
    if (file !== undefined && cacheDir !== undefined && !finished.has(basename(file)))
      for (const path of [file, cacheDir]) rmSync(path, { recursive: true, force: true });
    const state_ = to === undefined || to === 'Aborted' ? [] : ['--state', to];
    await onWorker(fleet.workerAt, 'resume', '--index', String(index), ...state_);
  }
  return views;
}

/** The state that an error says to resume to. */
export const stateAdvised = (message: string) => /resume (?:it )?(?:with )?--state (\w+)/.exec(message)?.[1];

/** Pauses a thread in the middle of its sector and damages a file of it; whoever tends it resumes it. */
export async function damagePaused(fleet: Fleet, dir: string, random: () => number): Promise<boolean> {
  const busy = (await viewsOf(fleet)).filter(({ sector, mode }) => sector !== null && mode === 'running');
  const thread = busy[Math.floor(random() * busy.length)];
  if (!thread) return false;
  const { code } = await onWorker(fleet.workerAt, 'pause', '--index', String(thread.index), '--now');
  const isHeld = (await viewsOf(fleet)).find(({ index }) => index === thread.index)?.mode === 'paused';
  const disk = fleet.disks.filter(({ name }) => name === `store${thread.index + 1}`);
  return code === 0 && isHeld && damageOne(dir, disk, random) !== undefined;
}
