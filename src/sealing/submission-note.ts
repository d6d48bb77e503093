/**
 * What of a sector was sent to be put on chain: noted before it is sent, beside the sector and gone with it, whatever
 * state it is sent back to. An answer may be lost, and only what was never sent cannot be on chain.
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

/** Notes it durably, then sends it. What no manager has taken because another one was meant was not sent. */
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
