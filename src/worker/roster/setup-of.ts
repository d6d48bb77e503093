import type { ThreadConfig, WorkerConfig } from '../../config/worker-config.js';
import type { ThreadSetup } from '../border/setup.js';

type Given = Pick<ThreadSetup, 'owner' | 'settings' | 'workerName' | 'processChildren' | 'othersStages'>;

/** The setup that a thread of the worker is started with. */
export function setupOfThread(
  { index, location }: Pick<ThreadConfig, 'index' | 'location'>,
  { config, ...given }: Given & { readonly config: WorkerConfig },
): ThreadSetup {
  return {
    ...given,
    index,
    location,
    localPiecesDirs: config.worker.localPiecesDirs,
    faults: config.faults.filter(({ thread }) => thread === undefined || thread === index),
    leastMs: config.builtinLeastMs,
    historyRows: config.historyRows,
  };
}
