/** A worker takes only plans whose sectors its processors can prove: at its start, at a reload, and of a thread's hot configuration. */
import { checkProvable, type StageDoers } from '../../config/provable.js';
import type { ThreadConfig, WorkerConfig } from '../../config/worker-config.js';
import { messageOf, SealvisorError } from '../../protocol/errors.js';
import { stageDoers, stagesOfOthers } from './whose.js';

type Planned = Pick<WorkerConfig, 'path' | 'threads'>;

export interface ProvablePlans {
  /** Stages that only programs of others do. */
  readonly othersStages: readonly string[];
  /** Of one thread, as its hot configuration has it. @throws config_invalid */
  checkThread(thread: Pick<ThreadConfig, 'index' | 'plan'>, path: string): void;
  /** `next` runs from now on, with the processors of the start; `wanted` is the file, which the next start goes by. @throws config_invalid */
  checkReload(next: Planned, wanted: WorkerConfig): Promise<void>;
}

/** @throws config_invalid when a plan of the configuration could not be proven */
export async function provablePlans(config: WorkerConfig): Promise<ProvablePlans> {
  const doers = await stageDoers(config.processors);
  checkProvable(config, doers);
  return {
    othersStages: stagesOfOthers(doers),
    checkThread: (thread, path) => checkProvable({ path, threads: [thread] }, doers),
    checkReload: async (next, wanted) => {
      checkProvable(wanted, await stageDoers(wanted.processors));
      checkRunning(next, doers);
    },
  };
}

/** What the file says is in order, or was refused already. */
function checkRunning(next: Planned, doers: StageDoers): void {
  try {
    checkProvable(next, doers);
  } catch (cause) {
    throw new SealvisorError(
      'config_invalid',
      `${messageOf(cause)}. These are the processors that run; those of the file are started with the worker: restart it instead of the reload`,
      { cause },
    );
  }
}
