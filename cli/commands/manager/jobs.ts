/** `util sealer snapup | rebuild | unseal | wdpost | jobs`: jobs for finished sectors. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { JobsReply, JobView } from '../../../src/protocol/job-view.js';
import { jobTable } from '../../output/job-table.js';
import { answerControl, answerJson } from '../../output/say.js';
import { watch } from '../../output/watch.js';
import { operator } from '../worker/ask.js';
import { askManager, type ToManager } from './ask.js';

interface Options extends ToManager {
  readonly json?: boolean;
  readonly watch?: boolean;
  readonly reason?: string;
}

/** The manager reads every byte of the pieces before it answers. */
const readingMs = 6 * 3_600_000;

export async function snapup(sector: string, options: Options & { readonly pieces: string }): Promise<void> {
  const wish = { pieces: resolve(options.pieces) };
  await askFor(options, `${sectorPath(sector)}/snapup`, wish, readingMs);
}

export async function rebuild(sector: string, options: Options): Promise<void> {
  await askFor(options, `${sectorPath(sector)}/rebuild`, {});
}

export async function unseal(
  sector: string,
  options: Options & { readonly dest: string; readonly piece?: string },
): Promise<void> {
  const wish = { piece: options.piece, dest: destUrl(options.dest) };
  await askFor(options, `${sectorPath(sector)}/unseal`, wish);
}

export async function wdpostAdd(options: Options & { readonly sectors?: string }): Promise<void> {
  const sectors = options.sectors
    ?.split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  await askFor(options, '/wdpost', { sectors });
}

export async function jobs(options: Options): Promise<void> {
  await watch(options.watch === true, async () => {
    const views = await askManager<JobView[]>(options, 'GET', '/jobs');
    if (!options.json) return { text: jobTable(views) };
    answerJson(views);
    return null;
  });
}

/** Exit 3 if it was already cancelled or has ended. */
export async function cancel(job: string, options: Options): Promise<void> {
  await askFor(options, `/jobs/${encodeURIComponent(job)}/cancel`, {});
}

async function askFor(options: Options, path: string, wish: object, timeoutMs?: number): Promise<void> {
  const body = { ...wish, reason: options.reason, by: operator() };
  const reply = await askManager<JobsReply>(options, 'POST', path, body, timeoutMs);
  answerControl(reply, options.json === true);
}

const sectorPath = (sector: string) => `/sectors/${encodeURIComponent(sector)}`;

/** A URL unchanged (`file:` without slashes too, which is refused later); anything else is a directory on this machine. */
function destUrl(dest: string): string {
  return /^([a-z][a-z0-9+.-]*:\/\/|file:)/i.test(dest) ? dest : `${pathToFileURL(resolve(dest)).href}/`;
}
