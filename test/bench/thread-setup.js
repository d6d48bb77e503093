import { openDisks } from '../../dist/src/worker/roots/open.js';
import { setupOfThread } from '../../dist/src/worker/roster/setup-of.js';
import { benchConfig } from './bench-worker.js';
import { shown } from './shown.js';

export const entry = new URL('../../dist/src/worker/thread/entry.cjs', import.meta.url);

/** What so many idle sealing threads are started with, made as a worker makes it: their locations are marked already. */
export async function idleSetups(home, threads) {
  const config = benchConfig(home, { threads });
  const disks = await openDisks({ config: () => config, emit: shown, checkPlan: () => undefined });
  await disks.store.close();
  return config.threads.map((thread) =>
    setupOfThread(thread, {
      config,
      owner: disks.ownerOf(thread.location),
      settings: disks.hot.settingsOf(thread),
      workerName: 'bench',
      processChildren: [],
      othersStages: [],
    }),
  );
}
