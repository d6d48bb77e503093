/** Commands for the worker itself that no record keeps: who gave them is only in the log. */
import { doneOnce } from '../protocol/done-once.js';
import type { Emit } from '../protocol/events/table.js';
import type { ReloadReply } from '../protocol/worker.js';
import type { WorkerControl } from './control-words.js';
import type { Dumps } from './processors/dumps.js';

export function loggedActs(
  dumps: Pick<Dumps, 'setEnv' | 'removeEnv'>,
  reload: (isDryRun: boolean) => Promise<ReloadReply>,
  emit: Emit,
): Pick<WorkerControl, 'setEnv' | 'removeEnv' | 'reload'> {
  const once = doneOnce();
  return {
    setEnv: (variable, value, { id, by = 'operator' } = {}) =>
      once(id, ['set', variable, value], async () => {
        await dumps.setEnv(variable, value);
        emit({ event: 'environment.set', variable, by });
      }),
    removeEnv: (variable, { id, by = 'operator' } = {}) =>
      once(id, ['remove', variable], async () => {
        await dumps.removeEnv(variable);
        emit({ event: 'environment.removed', variable, by });
      }),
    reload: ({ id, dryRun = false, by = 'operator' }) =>
      // A dry run changes nothing: it is repeated each time.
      once(dryRun ? undefined : id, ['reload'], async () => {
        const done = await reload(dryRun);
        if (done.changed) emit({ event: 'config.reloadedBy', by });
        return done;
      }),
  };
}
