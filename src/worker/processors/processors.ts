/** The worker's processor children, shared by its threads: their assignment, their jobs, and which are frozen. */
import { endStates } from '../../../machines/index.js';
import type { Tree } from '../../actors/index.js';
import { faultFields } from '../../protocol/events/event.js';
import type { Emit } from '../../protocol/events/table.js';
import { limitOf } from '../../protocol/stages.js';
import type { ThreadView } from '../../protocol/thread.js';
import type { FrozenProcess } from '../../protocol/worker.js';
import type { TaskPart } from '../../sealing/task-parts.js';
import type { ProcessAnswer } from '../border/contract.js';
import type { Blocked } from '../desk/words.js';
import { ProcessChildren } from './children.js';
import type { Job } from './job.js';
import { Jobs } from './jobs.js';
import { ProcessRequests } from './requests.js';
import { Room } from './room.js';
import { ProcessSeats } from './seats.js';
import type { Processors, ProcessorsOptions, SeatDesk, Work } from './words.js';

export type { Processors, ProcessorsOptions, SeatDesk, Work } from './words.js';

export class WorkerProcessors implements Processors {
  readonly stages: readonly string[];
  readonly #room: Room;
  readonly #children: ProcessChildren;
  readonly #jobs: Jobs;
  readonly #seats: ProcessSeats;
  readonly #requests: ProcessRequests;
  #desk: SeatDesk | undefined;
  /** Sector (or job) and state of each thread that died: its work belongs to that state. */
  readonly #places = new Map<number, string>();

  constructor(options: ProcessorsOptions) {
    const { processors: commands, mark, dumps, largestOutput, emit } = options;
    const { locks = {} } = options;
    this.stages = [...new Set(commands.map(({ stage }) => stage))];
    const room = new Room(() => this.#deskOf().look());
    const jobs = new Jobs({
      onProgress: options.onProgress,
      onNews: (index) => options.onWork?.(index),
      onDone: () => room.changed(),
      onLost: ({ index: thread, stage, isFrozen }, error) => {
        const was = isFrozen ? 'was frozen' : 'worked';
        emit({ event: 'processor.workLost', thread, stage, was, ...faultFields(error) });
      },
    });
    /** Adds the thread to what a child printed, when it works for exactly one. */
    const ofThread: Emit = (event) => {
      if (event.event !== 'processor.printed') return emit(event);
      const [user, ...others] = jobs.all().filter(({ processor }) => processor.pid === event.pid);
      emit({ ...event, thread: others.length === 0 ? user?.index : undefined });
    };
    const children = new ProcessChildren({
      ...{ commands, mark, emit: ofThread, dumps, largestOutput },
      onChange: () => room.changed(),
    });
    const seats = new ProcessSeats({
      children,
      locks,
      jobs,
      isAtTheDoor: (index) => this.#deskOf().isAtTheDoor(index),
    });
    const abandon = (index: number) => this.#abandon(index);
    this.#room = room;
    this.#jobs = jobs;
    this.#children = children;
    this.#seats = seats;
    this.#requests = new ProcessRequests({ children, jobs, seats, room, abandon });
  }

  /** Sets the desk, before the first request of a thread: the desk is made with these processors. */
  goBy(desk: SeatDesk): void {
    this.#desk = desk;
  }

  start(): Promise<Tree> {
    return this.#children.start();
  }

  arrive(index: number, stage: string): void {
    this.#seats.arrive(index, stage);
  }

  blockedBy(index: number, stage: string): Blocked | null {
    return this.#seats.blockedBy(index, stage);
  }

  take(index: number, stage: string): void {
    this.#seats.take(index, stage);
  }

  free(index: number, stage: string): void {
    this.#seats.free(index, stage);
    this.#room.changed();
  }

  takeUp(index: number, stage: string, digest: string): Promise<ProcessAnswer | null> {
    return this.#requests.takeUp(index, stage, digest);
  }

  request(
    index: number,
    stage: string,
    parts: readonly TaskPart[],
    digest: string,
    into?: string,
  ): Promise<ProcessAnswer> {
    return this.#requests.request(index, stage, { parts, digest, into });
  }

  workOf(index: number): Work | null {
    const job = this.#jobs.atWork(index);
    if (!job) return null;
    const { stage, processor, isFrozen, frozenBytes, isLeft } = job;
    const held = isFrozen && frozenBytes !== null ? { frozenBytes } : {};
    return { name: stage, pid: processor.pid, isLeft, ...held };
  }

  leftAt(limit: string): readonly number[] {
    return this.#jobs
      .all()
      .flatMap(({ index, stage, isLeft }) => (isLeft && limitOf(stage) === limit ? [index] : []));
  }

  frozen(): readonly FrozenProcess[] {
    return this.#jobs
      .all()
      .flatMap(({ index, stage, processor, isFrozen, frozenBytes }) =>
        isFrozen ? [{ index, name: stage, pid: processor.pid, bytes: frozenBytes }] : [],
      );
  }

  leave(index: number, view: ThreadView): void {
    this.#requests.forget(index);
    this.#places.set(index, placeOf(view));
    this.#jobs.of(index)?.leave();
    this.#seats.drop(index);
    this.#room.changed();
  }

  shown(view: ThreadView): void {
    const job = this.#jobs.of(view.index);
    if (!job) return;
    // The sector was ended during the work, whose result is no longer needed.
    if (endStates.includes(view.state)) {
      this.end(view.index);
      return;
    }
    const isOver = job.isLeft
      ? placeOf(view) !== this.#places.get(view.index)
      : job.isFrozen && view.processor === null;
    if (isOver) this.#abandon(view.index);
  }

  freeze(index: number): 'frozen' | 'none' | readonly number[] {
    return this.#toOwn(index, (job) => {
      job.freeze();
      return 'frozen';
    });
  }

  thaw(index: number): void {
    const job = this.#jobs.of(index);
    // Work that a dead thread left continues when its next incarnation takes it up.
    if (job && !job.isLeft) job.thaw();
    this.#room.changed();
  }

  abandon(index: number): void {
    this.#requests.forget(index);
    this.#abandon(index);
  }

  end(index: number): 'ended' | 'none' | readonly number[] {
    this.#requests.forget(index);
    const job = this.#jobs.of(index);
    if (job) this.#jobs.drop(job);
    const answer = this.#toOwn(index, ({ processor }) => {
      this.#children.end(processor);
      return 'ended' as const;
    });
    // A request that waits for a child is refused now as well.
    this.#room.changed();
    return answer;
  }

  #deskOf(): SeatDesk {
    if (!this.#desk) throw new Error('the processors have no desk yet');
    return this.#desk;
  }

  /** Acts on the process that works only for this thread. `none`: no process does; indexes: it is shared with these threads. */
  #toOwn<T>(index: number, act: (job: Job) => T): T | 'none' | readonly number[] {
    const job = this.#jobs.atWork(index);
    if (!job) return 'none';
    const sharing = this.#seats.sharing(job.processor, index);
    return sharing.length > 0 ? sharing : act(job);
  }

  /** Drops the thread's job. Its process is ended if it would stay frozen forever, or works only for a dead thread. */
  #abandon(index: number): void {
    const job = this.#jobs.of(index);
    if (!job) return;
    this.#jobs.drop(job);
    const isInTheWay = job.isFrozen || (job.isLeft && this.#seats.sharing(job.processor, index).length === 0);
    if (isInTheWay && this.#jobs.of(index) === job) this.#children.end(job.processor);
    this.#room.changed();
  }
}

/** The sector (or job) and state of a thread: work for one state is of no use in another. */
function placeOf({ sector, job, state }: ThreadView): string {
  return `${sector?.id ?? job ?? '-'} ${state}`;
}
