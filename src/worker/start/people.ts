/** Step 4: the threads, made with every service that they call. They start with the worker's tree. */
import type { ThreadConfig } from '../../config/worker-config.js';
import type { SpareThreads } from '../../threads/index.js';
import { type FailedAllocations, failedAllocations } from '../failed-allocations.js';
import { managerCalls } from '../manager-calls.js';
import { processCalls } from '../processors/calls.js';
import { largeAnswers } from '../processors/large-answers.js';
import { type DisksInUse, disksInUse } from '../roots/in-use.js';
import { sparesOf } from '../roster/launch.js';
import { slotMaker } from '../roster/make-slot.js';
import { slotNews } from '../roster/news.js';
import type { Slot } from '../roster/slot.js';
import { type ToldReports, toldReports } from '../told-reports.js';
import type { Ground } from './open.js';
import type { Seating } from './seat.js';
import type { Steering } from './steer.js';

export interface Crew {
  readonly told: ToldReports;
  readonly failed: FailedAllocations;
  readonly inUse: DisksInUse['inUse'];
  readonly spares: SpareThreads | undefined;
  /** Makes a thread without starting it. */
  readonly make: (thread: ThreadConfig) => Slot;
}

export function people(ground: Ground, steering: Steering, seating: Seating): Crew {
  const { options, config, disks, threads, name, provable, events } = ground;
  const { actor, processors } = steering;
  const { places, link, drain } = seating;
  const { desk } = places;
  const large = largeAnswers();
  const failed = failedAllocations();
  const told = reportsOf(ground, seating);
  const manager = managerCalls(options.service, link, { failed, told });
  const { inUse, diskOf } = disksInUse(disks.pulse, () => threads.all(), places.storeOf);
  const { onRow, onView, emit } = options;
  const news = {
    ...{ send: actor.send, desk, processors, large, events, drain, onRow, onView, emit },
    ...{ standsAside: link.standsAside, diskOf, refusalOf: told.refusalOf },
  };
  const spares = config().spareThreads > 0 ? sparesOf(config().spareThreads) : undefined;
  const make = slotMaker({
    ...{ config, disks, spares, workerName: name },
    ...{ processChildren: processors.stages, othersStages: provable.othersStages },
    newsOf: (index) => slotNews(index, news),
    mainSideOf: (index, planOf) => ({
      ...places.sideOf(index),
      ...{ processes: processCalls(processors, large, index), manager: manager(planOf) },
    }),
  });
  for (const thread of config().threads) threads.admit(make(thread));
  return { told, failed, inUse, spares, make };
}

function reportsOf({ threads }: Ground, { link }: Seating): ToldReports {
  return toldReports({
    locations: () => threads.locations(),
    check: link.check,
    ask: (location, id) => threads.at(location)?.reportAsked(id),
    askAll: () => threads.reportAgain(),
    onRefusal: (location) => threads.at(location)?.refresh(),
  });
}
