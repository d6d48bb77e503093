/** A worker accepts only plans whose sectors its processors can prove: at start, at a reload, and in hot configurations. */
import { checkProvable, type StageDoers } from '../../config/provable.js';
import type { ThreadConfig, WorkerConfig } from '../../config/worker-config.js';
import { messageOf, SealvisorError } from '../../protocol/errors.js';
import { stageDoers, stagesOfOthers } from './whose.js';

type Planned = Pick<WorkerConfig, 'path' | 'threads'>;

export interface ProvablePlans {
  /** Stages that only third-party programs do. */
  readonly othersStages: readonly string[];
  /** Checks the plan of one thread, as set in its hot configuration. @throws config_invalid */
  checkThread(thread: Pick<ThreadConfig, 'index' | 'plan'>, path: string): void;
  /** `next` runs from now on, with the processors of this start; `wanted` is the file, which the next start uses. @throws config_invalid */
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

/** The file itself has been checked before: here the running processors are. */
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
