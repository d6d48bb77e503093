/** Reload without a restart: the configuration file is compared with what runs, and the changes are applied. */
import { inTurn } from '../actors/in-turn.js';
import { configChanges } from '../config/diff.js';
import type { LoadedConfig, ThreadConfig, WorkerConfig } from '../config/worker-config.js';
import { SealvisorError } from '../protocol/errors.js';
import { faultFields } from '../protocol/events/event.js';
import type { Emit } from '../protocol/events/table.js';
import type { ReloadReply } from '../protocol/worker.js';
import type { ThreadRoster } from './roster/roster.js';
import type { SupervisedSlot } from './roster/slot.js';

export interface ReloadOptions {
  running(): WorkerConfig;
  /** Reads the file again. @throws config_missing, config_invalid, location_shared */
  read(path: string): Promise<LoadedConfig>;
  /** Refuses plans that could not be proven, in what would run and in the file. @throws config_invalid */
  check(next: WorkerConfig, wanted: WorkerConfig): Promise<void>;
  /** Makes it the worker's configuration: remaining threads use it from now on. */
  adopt(config: WorkerConfig): Promise<void>;
  /** Prepares for a configuration: opens its new directories. @throws location_not_writable, wrong_disk */
  prepare(config: WorkerConfig): Promise<void>;
  readonly threads: Pick<ThreadRoster, 'all' | 'add' | 'remove' | 'isLeaving'>;
  /** Makes a thread without starting it. */
  make(thread: ThreadConfig): SupervisedSlot;
  /** A thread that was removed has ended. */
  onRemoved(index: number): void;
  readonly emit: Emit;
}

/**
 * The running configuration with every wanted change that needs no restart. Threads keep their indexes; new ones are
 * numbered after `lastIndex`, the highest index in use.
 */
export function reloadedConfig(running: WorkerConfig, wanted: WorkerConfig, lastIndex: number): WorkerConfig {
  let next = Math.max(lastIndex, ...running.threads.map((thread) => thread.index));
  const threads = wanted.threads.map((thread) => {
    const before = running.threads.find((each) => each.location === thread.location);
    if (!before) return { ...thread, index: ++next };
    return { ...thread, index: before.index };
  });
  const { attached, limits, staggeredMs, retry, breaker, deadlines, space, stopGraceMs } = wanted;
  const { unsealRoots, names, checkBeforePreCommit, largestOutput } = wanted;
  return {
    ...running,
    worker: { ...running.worker, pingIntervalMs: wanted.worker.pingIntervalMs },
    threads: threads.toSorted((a, b) => a.index - b.index),
    attached,
    limits,
    staggeredMs,
    retry,
    breaker,
    deadlines,
    space,
    stopGraceMs,
    checkBeforePreCommit,
    largestOutput,
    unsealRoots,
    names,
  };
}

/**
 * Reloads, one at a time. @throws config_missing, config_invalid, location_shared, location_in_use,
 * location_not_writable, wrong_disk; then nothing that runs has changed
 */
export function reloader(options: ReloadOptions): (isDryRun: boolean) => Promise<ReloadReply> {
  const oneAtATime = inTurn();
  return (isDryRun) => oneAtATime(() => reload(options, isDryRun));
}

async function reload(options: ReloadOptions, isDryRun: boolean): Promise<ReloadReply> {
  const { threads } = options;
  const running = options.running();
  const { config: wanted, warnings } = await options.read(running.path);
  const changes = configChanges(running, wanted);
  const reply = (changed: boolean, message: string): ReloadReply => ({ changed, message, changes, warnings });
  const live = changes.filter(({ kind }) => kind !== 'restart');
  const later = changes.length - live.length;
  const rest = later > 0 ? `; ${later} need a restart` : '';
  if (changes.length === 0) return reply(false, 'the file says what runs: nothing to change');
  const next = reloadedConfig(running, wanted, Math.max(-1, ...threads.all().map(({ index }) => index)));
  await options.check(next, wanted);
  const added = without(next, running);
  for (const { location } of added) if (threads.isLeaving(location)) throw leaving(location);
  if (isDryRun) return reply(false, `${live.length} changes would be applied${rest}`);
  if (live.length === 0) return reply(false, `nothing can be applied${rest}`);
  await options.prepare(next);
  await options.adopt(next);
  for (const { index } of without(running, next)) remove(options, index);
  for (const thread of added) await threads.add(options.make(thread));
  return reply(true, `${live.length} changes are applied${rest}`);
}

/** Threads of `one` that are not in `other`, by location. */
function without(one: WorkerConfig, other: WorkerConfig) {
  const locations = other.threads.map((thread) => thread.location);
  return one.threads.filter((thread) => !locations.includes(thread.location));
}

function remove({ threads, onRemoved, emit }: ReloadOptions, index: number): void {
  threads.remove(index).then(
    () => onRemoved(index),
    (error: unknown) => emit({ event: 'thread.notRemoved', thread: index, ...faultFields(error) }),
  );
}

function leaving(location: string): SealvisorError {
  return new SealvisorError(
    'location_in_use',
    `the thread that was removed from ${location} has not ended yet: it does when its stage is done; reload again then`,
  );
}
