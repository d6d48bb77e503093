/** A worker whose PC1 is done by a real child process, which takes its tasks when the test lets it. */
import type { ProcessorConfig, WorkerConfig } from '#src/config/worker-config.js';
import { stateOf } from '../processes/setup.js';
import { doorkeeper } from './doorkeeper.js';
import { executioner } from './executioner.js';
import { freshDir, isWorking, setup } from './setup.js';

type Options = Omit<NonNullable<Parameters<typeof setup>[0]>, 'config'> & {
  /** What else the configuration says. */
  readonly config?: Partial<WorkerConfig> | ((pc1: ProcessorConfig) => Partial<WorkerConfig>);
};

export async function heldChild({ config = {}, ...options }: Options = {}) {
  const { envs, open, taskCount } = doorkeeper(freshDir());
  const pc1 = { stage: 'pc1', stableWaitMs: 20_000, envs, inheritEnvs: true, autoRestart: true } as const;
  const deaths = executioner();
  const made = await setup({
    ...options,
    service: deaths.service,
    config: { processors: [pc1], ...(typeof config === 'function' ? config(pc1) : config) },
  });
  return {
    ...made,
    /** The thread dies in the middle of what it does, and comes back from its record; gives what it shows then. */
    die: async (index = 0) => {
      const { incarnation } = made.control.thread(index);
      deaths.doom(made.locationOf(index));
      return made.until(index, (view) => view.incarnation > incarnation && view.mode !== 'restarting');
    },
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
