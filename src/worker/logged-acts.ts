/** Commands for the worker itself that no record keeps: the log says who gave them. */
import { doneOnce } from '../protocol/done-once.js';
import type { LogLine } from '../protocol/log.js';
import type { ReloadReply } from '../protocol/worker.js';
import type { WorkerControl } from './control-words.js';
import type { Dumps } from './processors/dumps.js';

export function loggedActs(
  dumps: Pick<Dumps, 'setEnv' | 'removeEnv'>,
  reload: (isDryRun: boolean) => Promise<ReloadReply>,
  info: LogLine,
): Pick<WorkerControl, 'setEnv' | 'removeEnv' | 'reload'> {
  const onceSet = doneOnce<void>();
  const onceRemoved = doneOnce<void>();
  const onceReloaded = doneOnce<ReloadReply>();
  return {
    setEnv: (variable, value, { id, by = 'operator' } = {}) =>
      onceSet(id, async () => {
        await dumps.setEnv(variable, value);
        info(`${variable} is set by ${by}`);
      }),
    removeEnv: (variable, { id, by = 'operator' } = {}) =>
      onceRemoved(id, async () => {
        await dumps.removeEnv(variable);
        info(`${variable} is removed by ${by}`);
      }),
    reload: ({ id, dryRun = false, by = 'operator' }) =>
      onceReloaded(id, async () => {
        const done = await reload(dryRun);
        if (done.changed) info(`the configuration is reloaded by ${by}`);
        return done;
      }),
  };
}
