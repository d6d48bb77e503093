/** Step 6: the worker's running tree, and how it stops. */
import { serviceLimits, startTree, type Tree, type TreeNode } from '../../actors/index.js';
import { adoptionText } from '../../protocol/text/adoption.js';
import { summarize } from '../../protocol/thread.js';
import type { WorkerControl } from '../control-words.js';
import { watchDisks } from '../roots/watch.js';
import type { Worker } from '../words.js';
import type { Ground } from './open.js';
import type { Crew } from './people.js';
import type { Seating } from './seat.js';
import type { Steering } from './steer.js';

interface Parts {
  readonly ground: Ground;
  readonly steering: Steering;
  readonly seating: Seating;
  readonly crew: Crew;
  readonly control: WorkerControl;
  readonly stopAsked: Promise<number | undefined>;
}

export async function serve(parts: Parts): Promise<Worker> {
  const { ground, steering, seating, crew } = parts;
  const { options, config, disks, threads, record } = ground;
  const worker = new RunningWorker(parts);
  seating.places.start();
  const watch = watchDisks({ config, threads, disks, inUse: crew.inUse, emit: options.emit });
  const tree = await startTree({
    ...serviceLimits,
    children: [
      ...(options.doors?.(worker) ?? []),
      { id: 'processors', type: 'supervisor', start: () => steering.processors.start() },
      threads.tree.spec,
      ...(options.reporters?.(worker) ?? []),
    ],
  }).catch(async (error: unknown) => {
    await crew.spares?.stop();
    for (const each of [seating.places, watch]) each.stop();
    await disks.store.close();
    throw error;
  });
  worker.isUp({ tree, watch });
  steering.actor.send({ type: 'WORKER.SERVE' });
  seating.drain.apply(record.now().drain, null);
  return worker;
}

interface Up {
  readonly tree: Tree;
  readonly watch: { stop(): void };
}

class RunningWorker implements Worker {
  readonly #parts: Parts;
  readonly #up = Promise.withResolvers<Up>();
  #tree: Tree | undefined;
  #stopping: Promise<void> | undefined;
  readonly control: Worker['control'];
  readonly id: string;
  readonly incarnation: string;
  readonly version: string;
  readonly link: Worker['link'];
  readonly manager: Worker['manager'];
  readonly desk: Worker['desk'];
  readonly told: Worker['told'];
  readonly failedAllocations: Worker['failedAllocations'];
  readonly events: Worker['events'];
  readonly config: Worker['config'];
  readonly stopAsked: Worker['stopAsked'];

  constructor(parts: Parts) {
    const { ground, seating, crew } = parts;
    this.#parts = parts;
    this.control = parts.control;
    this.id = ground.disks.store.id;
    this.incarnation = ground.incarnation;
    this.version = ground.options.version;
    this.link = seating.link;
    this.manager = seating.link.facts;
    this.desk = seating.places.desk;
    this.told = crew.told;
    this.failedAllocations = crew.failed.all;
    this.events = ground.events;
    this.config = ground.config;
    this.stopAsked = parts.stopAsked;
  }

  get name(): string {
    return this.#parts.ground.name();
  }

  get ended(): Promise<void> {
    return this.#up.promise.then(({ tree }) => tree.exited).then(() => undefined);
  }

  isUp(up: Up): void {
    this.#tree = up.tree;
    this.#up.resolve(up);
  }

  summary() {
    return summarize(this.control.threads());
  }

  tree(): TreeNode {
    if (!this.#tree) throw new Error('the worker is being started: it has no tree yet');
    const note = adoptionText(this.manager(), Date.now());
    return { ...this.#tree.root('worker'), ...(note === null ? {} : { note }) };
  }

  stop(graceMs = this.config().stopGraceMs): Promise<void> {
    this.#stopping ??= this.#stop(graceMs);
    return this.#stopping;
  }

  async #stop(graceMs: number): Promise<void> {
    const { ground, steering, seating, crew } = this.#parts;
    const { actor, processors } = steering;
    actor.send({ type: 'WORKER.STOP' });
    const { tree, watch } = await this.#up.promise;
    for (const each of [seating.drain, watch]) each.stop();
    for (const { index, name, pid } of processors.frozen())
      ground.options.emit({ event: 'processor.frozenLost', thread: index, processor: name, pid });
    await Promise.all(ground.threads.all().map((slot) => slot.drain(graceMs)));
    await Promise.all([tree.stop(), crew.spares?.stop()]);
    seating.places.stop();
    actor.send({ type: 'worker.stopped' });
    await ground.disks.store.close();
  }
}
