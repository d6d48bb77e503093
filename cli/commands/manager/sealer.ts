/** `util sealer …`: the sectors that a manager gave out. */

import type { SectorReply, SectorView } from '../../../src/protocol/sealer-view.js';
import type { SectorStep, SeenSector } from '../../../src/protocol/seen-sector.js';
import { escaped } from '../../../src/protocol/text/escaped.js';
import type { AbortLoss } from '../../../src/protocol/thread.js';
import { answer, answerControl, answerJson } from '../../output/say.js';
import { sectorTable } from '../../output/sector-table.js';
import { watch } from '../../output/watch.js';
import { sectorAbortMeant } from '../abort-sector.js';
import { shellWord } from '../start/launchers.js';
import { operator } from '../worker/ask.js';
import { askManager, type ToManager } from './ask.js';

interface Options extends ToManager {
  readonly json?: boolean;
  readonly watch?: boolean;
}

export async function sectors(options: Options): Promise<void> {
  await watch(options.watch === true, async () => {
    const views = await askManager<SectorView[]>(options, 'GET', '/sectors');
    if (!options.json) return { text: sectorTable(views) };
    answerJson(views);
    return null;
  });
}

/** What a manager in front of another one saw of a sector, oldest first. @throws not_found from any other manager */
export async function history(sector: string, options: Options & { readonly limit?: string }): Promise<void> {
  const query = options.limit === undefined ? '' : `?limit=${encodeURIComponent(options.limit)}`;
  const path = `/sectors/${encodeURIComponent(sector)}/history${query}`;
  const steps = await askManager<SectorStep[]>(options, 'GET', path);
  if (options.json) answerJson(steps);
  else for (const { at, method, text } of steps) answer(`${at}  ${method.padEnd(20)}  ${escaped(text)}`);
}

interface AbortOptions extends Options {
  readonly reason?: string;
  readonly yes?: boolean;
}

/**
 * Exit 3 if it was already aborted, or the operator answers no.
 * @throws usage in a script, if a pre-commit would be lost and `--yes` is missing
 */
export async function abort(sector: string, options: AbortOptions): Promise<void> {
  const body = { reason: options.reason, by: operator() };
  const path = `/sectors/${encodeURIComponent(sector)}`;
  const loss = options.yes ? null : lossOf(await askManager<Partial<SectorView>>(options, 'GET', path));
  if (loss !== null && !(await sectorAbortMeant(loss, repeated(sector, options)))) return;
  answerControl(await askManager<SectorReply>(options, 'POST', `${path}/abort`, body), options.json === true);
}

/**
 * null when no pre-commit is lost: none was sent, or the sector is already aborted or finalized. A manager of 0.1.0 does
 * not count messages; one in front of another refuses every abort.
 */
function lossOf(sector: Partial<SectorView> & Partial<Pick<SeenSector, 'observed'>>): AbortLoss | null {
  const { id, messages, abort: before, finalized, worker } = sector;
  if (sector.observed) return null;
  if (id === undefined || !messages || messages.preCommit === 0 || before || finalized) return null;
  return {
    sector: id,
    preCommit: { certain: true, at: null },
    proof: messages.proof > 0,
    files: worker ? [`${worker.location}/sectors/${id} of worker ${worker.name}`] : [],
    stored: [],
  };
}

/** The command to repeat as confirmation. */
function repeated(sector: string, { manager, reason }: AbortOptions): string {
  return [
    'venus-sector-manager util sealer abort',
    shellWord(sector),
    ...(manager === undefined ? [] : ['--manager', shellWord(manager)]),
    ...(reason === undefined ? [] : ['--reason', shellWord(reason)]),
    '--yes',
  ].join(' ');
}
