/** A worker whose PC1 is done by a real child process, which takes its tasks when the test lets it. */
import { stateOf } from '../processes/setup.js';
import { doorkeeper } from './doorkeeper.js';
import { freshDir, isWorking, setup } from './setup.js';

export async function heldChild(options: Parameters<typeof setup>[0] = {}) {
  const { envs, open, taskCount } = doorkeeper(freshDir());
  const pc1 = { stage: 'pc1', stableWaitMs: 20_000, envs, inheritEnvs: true, autoRestart: true } as const;
  const made = await setup({ ...options, config: { processors: [pc1], ...options.config } });
  return {
    ...made,
    open,
    taskCount,
    /** The thread's view and the process that does its PC1. */
    atWork: async (index = 0) => {
      const view = await made.until(
        index,
        (each) => isWorking('TicketAssigned')(each) && each.processor?.pid !== null,
      );
      return { view, pid: view.processor?.pid ?? 0 };
    },
    stateOf,
  };
}
