/** Step 5: the worker's commands and reads, for every door. */
import { limitNames } from '../../protocol/stages.js';
import type { WorkerView } from '../../protocol/worker.js';
import type { WorkerControl } from '../control-words.js';
import { loggedActs } from '../logged-acts.js';
import { reloader } from '../reload.js';
import { threadReads } from '../roster/reads.js';
import { workerVerbs } from '../verbs.js';
import { workerView } from '../view.js';
import type { Ground } from './open.js';
import type { Crew } from './people.js';
import type { Seating } from './seat.js';
import type { Steering } from './steer.js';

/** `askStop`: asks the code that runs the worker to stop it. */
export function commanded(
  ground: Ground,
  steering: Steering,
  seating: Seating,
  crew: Crew,
  askStop: (graceMs: number | undefined) => void,
): WorkerControl {
  const { options, config, record, disks, threads, events, changes } = ground;
  const { control, command, slotOf, dumps } = steering;
  const { places, link } = seating;
  const { emit } = options;
  const view = viewOf(ground, steering, seating);
  changes.publishedBy(() => events.publish({ type: 'worker', view: view() }));
  const verbs = workerVerbs({
    ...{ command, view, askStop, emit, limitNames },
    record: () => record.now(),
    configured: () => config().limits,
    closeBreaker: (stage) => places.desk.closeBreaker(stage),
    adopt: link.adopt,
    manager: link.facts,
  });
  return {
    ...control,
    ...verbs,
    ...threadReads(slotOf, () => threads.all(), disks.pulse.demand),
    worker: view,
    ...loggedActs(dumps, reloadOf(ground, steering, seating, crew), emit),
  };
}

function viewOf(ground: Ground, { control, processors }: Steering, { places, link }: Seating) {
  const { name, incarnation, options, record, disks } = ground;
  return (): WorkerView =>
    workerView({
      ...{ id: disks.store.id, incarnation, name: name(), version: options.version },
      ...{ record: record.now(), desk: places.desk, processors, manager: link.facts() },
      life: control.life(),
      threads: control.threads(),
      stores: places.stores,
    });
}

function reloadOf(ground: Ground, { kept, processors, actor }: Steering, seating: Seating, { make }: Crew) {
  const { options, config, setConfig, disks, provable, threads, changes } = ground;
  const { places, link } = seating;
  return reloader({
    running: config,
    ...{ read: disks.reread, check: provable.checkReload, prepare: disks.prepare, threads, make },
    adopt: async (next) => {
      setConfig(next);
      await kept.limits(next.limits);
      places.apply();
      link.storesChanged();
      threads.configure(next.threads, disks.hot.settingsOf);
      changes.tell();
    },
    onRemoved: (index) => {
      processors.abandon(index);
      actor.send({ type: 'thread.removed', index });
      changes.tell();
    },
    emit: options.emit,
  });
}
