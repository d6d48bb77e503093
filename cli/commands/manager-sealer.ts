/** `util sealer …`: the sectors a manager gave out. */
import type { SectorReply, SectorView } from '../../src/protocol/sealer-view.js';
import { answerControl, answerJson } from '../output/say.js';
import { sectorTable } from '../output/sector-table.js';
import { watch } from '../output/watch.js';
import { askManager, type ToManager } from './manager-ask.js';
import { operator } from './worker-ask.js';

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

/** Exit 3 when it was given up already. */
export async function abort(sector: string, options: Options & { readonly reason?: string }): Promise<void> {
  const body = { reason: options.reason, by: operator() };
  const path = `/sectors/${encodeURIComponent(sector)}/abort`;
  answerControl(await askManager<SectorReply>(options, 'POST', path, body), options.json === true);
}
