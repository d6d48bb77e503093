/**
 * Notes which submissions of a sector were sent to the chain. A note is written before the submission is sent, is kept in the
 * sector's directory, and stays when the sector is resumed to an earlier state. A response may be lost: only what was never
 * sent is certain not to be on chain.
 */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Submission } from '../../machines/plan.js';
import { makeOnDisk } from '../disks/make-on-disk.js';
import { systemCodeOf } from '../protocol/errors.js';
import { sectorFiles } from './sector-files.js';
import { type StageContext, sectorAtHand } from './stage.js';

const pathOf = (location: string, sectorId: string, what: Submission) =>
  join(sectorFiles(location, sectorId).root, `${what}-sent.json`);

/** Whether one of these was ever sent for the sector. */
export function isSent(location: string, sectorId: string, ...what: readonly Submission[]): boolean {
  return what.some((each) => existsSync(pathOf(location, sectorId, each)));
}

/** Notes the submission durably, then sends it. If it was refused because it was meant for another manager, it was not sent. */
export async function submitting<T>(
  context: StageContext,
  what: Submission,
  send: () => Promise<T>,
): Promise<T> {
  const path = pathOf(context.location, sectorAtHand(context).id, what);
  const isFirst = !existsSync(path);
  if (isFirst) {
    await makeOnDisk(context.location, dirname(path));
    const { writeJson } = await import('./builtin/files/atomic.js');
    await writeJson(path, { version: 1, at: new Date(context.now()).toISOString() });
  }
  try {
    return await send();
  } catch (thrown) {
    if (isFirst && /^(other_manager|not_your_sector)$/.test(systemCodeOf(thrown) ?? ''))
      await rm(path, { force: true });
    throw thrown;
  }
}
