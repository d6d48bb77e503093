/** The worker as a tree: its sealing threads, and the doors that whoever starts it adds. Serves no HTTP itself. */
import { randomBytes } from 'node:crypto';
import { emptyWorkerRecord, type WorkerRecord } from '../../machines/worker-record.js';
import { serviceLimits, startTree } from '../actors/index.js';
import { oncePerTurn } from '../actors/once-per-turn.js';
import type { WorkerConfig } from '../config/worker-config.js';
import { homeMark } from '../processes/mark.js';
import { limitNames } from '../protocol/stages.js';
import { adoptionText } from '../protocol/text/adoption.js';
import { summarize } from '../protocol/thread.js';
import { createWorkerControl } from './control.js';
import { places } from './desk/places.js';
import { drainer } from './drain.js';
import { eventHub } from './event-hub.js';
import { failedAllocations } from './failed-allocations.js';
import { keptNews } from './kept-news.js';
import { loggedActs } from './logged-acts.js';
import { managerCalls } from './manager-calls.js';
import { workerLink } from './manager-link.js';
import { processCalls } from './processors/calls.js';
import { processorCommands } from './processors/command.js';
import { workerDumps } from './processors/dumps.js';
import { largeAnswers } from './processors/large-answers.js';
import { WorkerProcessors } from './processors/processors.js';
import { provablePlans } from './processors/provable-plans.js';
import { reloader } from './reload.js';
import { disksInUse } from './roots/in-use.js';
import { openDisks } from './roots/open.js';
import { watchDisks } from './roots/watch.js';
import { sparesOf } from './roster/launch.js';
import { lineNews } from './roster/line-news.js';
import { slotNews } from './roster/news.js';
import { threadReads } from './roster/reads.js';
import { threadRoster } from './roster/roster.js';
import { toldReports } from './told-reports.js';
import { workerVerbs } from './verbs.js';
import { workerView } from './view.js';
import { lostText } from './warnings.js';
import type { Worker, WorkerOptions } from './words.js';

export type { Worker, WorkerOptions } from './words.js';

/** @throws location_not_writable when no thread has a location it can use; what a door's first start failed with, nothing is left running */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { version, warn, info = warn, onRow, onView } = options;
  const name = () => (typeof options.name === 'string' ? options.name : options.name());
  const incarnation = randomBytes(2).toString('hex');
  let { config } = options;
  const commands = await processorCommands(config.processors, warn);
  const provable = await provablePlans(config);
  const disks = await openDisks({ config: () => config, warn, checkPlan: provable.checkThread });
  const { store, place } = disks;
  // Written below alone, and guarded by its checksum.
  let record = (store.read() ?? emptyWorkerRecord) as WorkerRecord;
  const events = eventHub();
  const { promise: stopAsked, resolve: askStop } = Promise.withResolvers<number | undefined>();

  const dumps = workerDumps(warn);
  const processors = new WorkerProcessors({
    dumps,
    processors: commands,
    locks: config.extLocks,
    largestOutput: () => config.largestOutput,
    mark: homeMark(place),
    warn,
    info: options.info,
    onProgress: (index, progress) => threads.find(index)?.progress(progress),
    onWork: (index) => threads.find(index)?.refresh(),
    onRoom: () => desk.look(),
    isAtTheDoor: (index) => asked.isAtTheDoor(index),
  });
  const tellLine = lineNews((index) => threads.find(index));
  const { desk, ...asked } = places({
    config: () => config,
    record: () => record,
    settingsOf: (index) => threads.settingsOf(index),
    checkRoot: (path) => disks.roots.check(path),
    onChange: (indexes) => {
      tellLine(indexes);
      tellWorker();
    },
    processors,
    onBreaker: (stage, breaker) => kept.breaker(stage, breaker),
  });
  const kept = keptNews((next) => command(next), warn);
  const large = largeAnswers();
  const link = workerLink({
    worker: store.id,
    stores: () => config.attached,
    threads: () => threads.all().map((slot) => slot.view()),
    record: () => record,
    command: (next) => command(next),
    warn,
    onChange: () => {
      threads.managerChanged();
      tellWorker();
    },
  });
  const failed = failedAllocations();
  const told = toldReports({
    ...{ locations: () => threads.locations(), check: link.check },
    ask: (location, id) => threads.at(location)?.reportAsked(id),
    askAll: () => threads.reportAgain(),
    onRefusal: (location) => threads.at(location)?.refresh(),
  });
  const manager = managerCalls(options.service, link, [failed.counting, told.following]);
  const spares = config.spareThreads > 0 ? sparesOf(config.spareThreads) : undefined;
  const threads = threadRoster({
    config: () => config,
    workerName: name,
    ...{ processChildren: processors.stages, othersStages: provable.othersStages },
    disks,
    newsOf: (index) =>
      slotNews(index, () => ({
        ...{ send: actor.send, desk, processors, large, events, drain, onRow, onView, warn },
        ...{ standsAside: link.standsAside, diskOf, refusalOf: told.refusalOf },
      })),
    mainSideOf: (index) => ({
      ...asked.sideOf(index),
      ...{ processes: processCalls(processors, large, index), manager },
    }),
    spares,
  });

  const { inUse, diskOf } = disksInUse(disks.pulse, threads.all, asked.storeOf);
  const { control, actor, command, slotOf } = createWorkerControl({
    slots: threads.all,
    restart: async (index) => {
      const slot = threads.find(index);
      return slot !== undefined && threads.tree.restart(slot);
    },
    processes: processors,
    record,
    write: store.write,
    apply: (next, before) => {
      record = next;
      asked.apply();
      if (next.drain !== before.drain) drain.apply(next.drain, before.drain);
      tellWorker();
    },
  });
  const drain = drainer({ threads: control.threads, pause: control.pause, resume: control.resume, warn });
  const view = () =>
    workerView({
      ...{ id: store.id, incarnation, name: name(), version },
      ...{ record, desk, processors, manager: link.facts() },
      life: control.life(),
      threads: control.threads(),
      stores: asked.stores,
    });
  /** Once for all that one turn of the loop changes. */
  const tellWorker = oncePerTurn(() => events.publish({ type: 'worker', view: view() }));
  const verbs = workerVerbs({
    ...{ command, view, record: () => record },
    configured: () => config.limits,
    limitNames,
    closeBreaker: (stage) => desk.closeBreaker(stage),
    adopt: link.adopt,
    manager: link.facts,
    askStop,
    info,
  });
  const reload = reloader({
    running: () => config,
    adopt: async (next: WorkerConfig) => {
      config = next;
      await kept.limits(config.limits);
      asked.apply();
      link.storesChanged();
      threads.configure();
      tellWorker();
    },
    ...{ read: disks.reread, check: provable.checkReload, prepare: disks.prepare, threads },
    onRemoved: (index) => {
      processors.abandon(index);
      actor.send({ type: 'thread.removed', index });
      tellWorker();
    },
    warn,
  });
  void kept.limits(config.limits);
  asked.apply();
  desk.restoreBreakers(record.breakers);
  let stopping: Promise<void> | undefined;
  const stop = async (graceMs: number) => {
    actor.send({ type: 'WORKER.STOP' });
    for (const each of [drain, watch]) each.stop();
    for (const each of processors.frozen()) warn(lostText(each));
    await Promise.all(threads.all().map((slot) => slot.drain(graceMs)));
    await Promise.all([root.stop(), spares?.stop()]);
    asked.stop();
    actor.send({ type: 'worker.stopped' });
    await store.close();
  };
  const worker: Worker = {
    id: store.id,
    incarnation,
    get name() {
      return name();
    },
    version,
    control: {
      ...control,
      ...verbs,
      ...threadReads(slotOf, threads.all, disks.pulse.demand),
      worker: view,
      ...loggedActs(dumps, reload, info),
    },
    ...{ link, manager: link.facts, desk, told, failedAllocations: failed.all },
    events,
    config: () => config,
    summary: () => summarize(control.threads()),
    tree: () => ({ ...root.root('worker'), ...noteOf(adoptionText(link.facts(), Date.now())) }),
    stopAsked,
    get ended() {
      return root.exited.then(() => undefined);
    },
    stop: (graceMs = config.stopGraceMs) => {
      stopping ??= stop(graceMs);
      return stopping;
    },
  };
  asked.start();
  const watch = watchDisks({ config: () => config, threads, disks, inUse, warn });
  const root = await startTree({
    ...serviceLimits,
    children: [
      ...(options.doors?.(worker) ?? []),
      { id: 'processors', type: 'supervisor', start: () => processors.start() },
      threads.tree.spec,
      ...(options.reporters?.(worker) ?? []),
    ],
  }).catch(async (error: unknown) => {
    await spares?.stop();
    for (const each of [asked, watch]) each.stop();
    await store.close();
    throw error;
  });
  actor.send({ type: 'WORKER.SERVE' });
  drain.apply(record.drain, null);
  return worker;
}

const noteOf = (note: string | null) => (note === null ? {} : { note });
