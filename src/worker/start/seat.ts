/** Step 3: the desk where threads queue before a stage, the link to the manager, and the drain. */
import { type Places, places } from '../desk/places.js';
import { type Drainer, drainer } from '../drain.js';
import { type WorkerLink, workerLink } from '../manager-link.js';
import { lineNews } from '../roster/line-news.js';
import type { Ground } from './open.js';
import type { Steering } from './steer.js';

export interface Seating {
  readonly places: Places;
  readonly link: WorkerLink;
  readonly drain: Drainer;
}

export function seat(ground: Ground, steering: Steering): Seating {
  const { options, record, changes } = ground;
  const { control, kept, processors } = steering;
  const seats = seatPlaces(ground, steering);
  processors.goBy({ look: () => seats.desk.look(), isAtTheDoor: seats.isAtTheDoor });
  const link = linkManager(ground, steering);
  const { threads, pause, resume } = control;
  const drain = drainer({ threads, pause, resume, emit: options.emit });
  record.onChange((next, before) => {
    seats.apply();
    if (next.drain !== before.drain) drain.apply(next.drain, before.drain);
    changes.tell();
  });
  void kept.limits(ground.config().limits);
  seats.apply();
  seats.desk.restoreBreakers(record.now().breakers);
  return { places: seats, link, drain };
}

function seatPlaces({ config, record, disks, threads, changes }: Ground, { processors, kept }: Steering) {
  const tellLine = lineNews((index) => threads.find(index));
  return places({
    ...{ config, processors },
    record: () => record.now(),
    settingsOf: disks.hot.freshSettingsOf,
    checkRoot: (path) => disks.roots.check(path),
    onChange: (indexes) => {
      tellLine(indexes);
      changes.tell();
    },
    onBreaker: kept.breaker,
  });
}

function linkManager({ options, config, record, disks, threads, changes }: Ground, { command }: Steering) {
  return workerLink({
    worker: disks.store.id,
    stores: () => config().attached,
    threads: () => threads.all().map((slot) => slot.view()),
    record: () => record.now(),
    command,
    emit: options.emit,
    onChange: () => {
      threads.managerChanged();
      changes.tell();
    },
  });
}
