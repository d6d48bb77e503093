/** The worker's processor children, shared by its threads: who has which, what they work at, what stands still. */
import { endStates } from '../../../machines/index.js';
import type { Processor } from '../../processes/processor.js';
import { messageOf, SealvisorError } from '../../protocol/errors.js';
import type { LogLine } from '../../protocol/log.js';
import { limitOf } from '../../protocol/stages.js';
import type { ThreadView } from '../../protocol/thread.js';
import { processChildren } from './children.js';
import { type Job, processJobs, type SentTask } from './jobs.js';
import { processSeats } from './seats.js';
import type { ProcessAnswer, Processors, ProcessorsOptions } from './words.js';

export type { ProcessAnswer, Processors, ProcessorsOptions, Work } from './words.js';

export function workerProcessors(options: ProcessorsOptions): Processors {
  const { processors: commands, mark, warn, onRoom = () => undefined } = options;
  const asked = new Map<number, Promise<unknown>>();
  /** Counts what ends the requests that a thread has made so far. */
  const lives = new Map<number, number>();
  const places = new Map<number, string>();
  const waiting: (() => void)[] = [];
  let isTelling = false;

  const onChange = () => {
    for (const look of waiting.splice(0)) look();
    if (isTelling) return;
    isTelling = true;
    setImmediate(() => {
      isTelling = false;
      onRoom();
    });
  };
  const changed = () => new Promise<void>((resolve) => void waiting.push(resolve));
  /** With the thread that the child works for, when it is one. */
  const onPrinted =
    (info: LogLine): LogLine =>
    (line, about) => {
      const users = jobs.all().filter(({ processor }) => processor.pid === about?.pid);
      info(line, { ...about, ...(users.length === 1 && users[0] ? { thread: users[0].index } : {}) });
    };
  const children = processChildren({
    ...{ commands, mark, warn, onChange, dumps: options.dumps, largestOutput: options.largestOutput },
    info: options.info && onPrinted(options.info),
  });
  const jobs = processJobs({
    onProgress: options.onProgress,
    onNews: (index) => options.onWork?.(index),
    onDone: onChange,
    onLost: ({ index, stage, isFrozen }, error) => {
      const was = isFrozen ? 'stood still' : 'worked on';
      warn(
        `the ${stage} process that ${was} for thread #${index} is gone (${messageOf(error)}): the stage starts over`,
        { thread: index },
      );
    },
  });
  const seats = processSeats({
    children,
    locks: options.locks ?? {},
    jobs: jobs.all,
    isFrozen: (processor) => jobs.all().some((job) => job.isFrozen && job.processor === processor),
    isAtTheDoor: options.isAtTheDoor ?? (() => true),
  });

  const lifeOf = (index: number) => lives.get(index) ?? 0;
  const forgetRequests = (index: number) => void lives.set(index, lifeOf(index) + 1);
  const liveJob = (index: number) => {
    const job = jobs.of(index);
    return job && jobs.all().includes(job) ? job : undefined;
  };
  /** Does it to the process that works for this thread alone; `none` does, or it works for these others as well. */
  const toOwn = <T>(index: number, act: (job: Job) => T): T | 'none' | readonly number[] => {
    const job = liveJob(index);
    if (!job) return 'none';
    const sharing = seats.sharing(job.processor, index);
    return sharing.length > 0 ? sharing : act(job);
  };
  /** Its answer is nobody's. What would stand still for ever, and what only a dead thread waited for, is ended. */
  const abandon = (index: number) => {
    const job = jobs.of(index);
    if (!job) return;
    jobs.drop(job);
    const isInTheWay = job.isFrozen || (job.isLeft && seats.sharing(job.processor, index).length === 0);
    if (isInTheWay && jobs.of(index) === job) children.end(job.processor);
    onChange();
  };

  const end = (index: number) => {
    forgetRequests(index);
    const job = jobs.of(index);
    if (job) jobs.drop(job);
    const answer = toOwn(index, ({ processor }) => {
      children.end(processor);
      return 'ended' as const;
    });
    // A request that waits for a child is over as well, and hears it now.
    onChange();
    return answer;
  };

  /** @throws process_gone when the stage has no child, thread_gone when the thread has died meanwhile */
  const begin = async (index: number, stage: string, task: SentTask, life: number) => {
    for (;;) {
      if (lifeOf(index) !== life)
        throw new SealvisorError('thread_gone', `thread #${index} no longer waits for its ${stage}`);
      const chosen = seats.childFor(index, stage);
      if (chosen.kind === 'child') {
        const { processor } = chosen.child;
        // In this very turn: whoever chooses next sees it.
        return answerOf(processor, stage, jobs.begin(index, stage, task, processor));
      }
      if (chosen.kind === 'blocked') await changed();
      else if (children.isReturning(stage)) await children.returned(stage);
      else throw children.missing(stage);
    }
  };
  /** What the thread left is taken up when it is this task, else over when this resolves: both write the same files. */
  const takeUp = async (index: number, stage: string, digest: string) => {
    const job = jobs.of(index);
    if (job?.isLeft && !job.isDropped && job.stage === stage && job.digest === digest)
      return answerOf(job.processor, stage, jobs.takeUp(job));
    if (!job) return null;
    abandon(index);
    await job.done;
    return null;
  };
  /** One after the other: a stage that was aborted leaves its task behind, and the next one's writes the same files. */
  const inTurn = <T>(index: number, act: () => Promise<T>): Promise<T> => {
    const mine = (asked.get(index) ?? Promise.resolve()).then(act);
    const settled = () => undefined;
    asked.set(index, mine.then(settled, settled));
    return mine;
  };
  const answerOf = async (
    { pid }: Processor,
    stage: string,
    answer: Promise<ProcessAnswer['line']>,
  ): Promise<ProcessAnswer> => ({ line: await answer, by: `the ${stage} processor (pid ${pid})` });

  return {
    stages: [...new Set(commands.map(({ stage }) => stage))],
    ...{ arrive: seats.arrive, blockedBy: seats.blockedBy, take: seats.take },
    free: (index, stage) => {
      seats.free(index, stage);
      onChange();
    },
    takeUp: (index, stage, digest) => inTurn(index, () => takeUp(index, stage, digest)),
    request: (index, stage, parts, digest, into) => {
      const life = lifeOf(index);
      return inTurn(index, () => begin(index, stage, { parts, digest, into }, life));
    },
    workOf: (index) => {
      const job = liveJob(index);
      if (!job) return null;
      const { stage, processor, isFrozen, frozenBytes, isLeft } = job;
      const held = isFrozen && frozenBytes !== null ? { frozenBytes } : {};
      return { name: stage, pid: processor.pid, isLeft, ...held };
    },
    leave: (index, view) => {
      forgetRequests(index);
      places.set(index, placeOf(view));
      jobs.leave(index);
      seats.drop(index);
      onChange();
    },
    shown: (view) => {
      const job = jobs.of(view.index);
      if (!job) return;
      // The sector was given up while it was worked at: nobody waits for what comes of it.
      if (endStates.includes(view.state)) {
        end(view.index);
        return;
      }
      const isOver = job.isLeft
        ? placeOf(view) !== places.get(view.index)
        : job.isFrozen && view.processor === null;
      if (isOver) abandon(view.index);
    },
    leftAt: (limit) =>
      jobs.all().flatMap(({ index, stage, isLeft }) => (isLeft && limitOf(stage) === limit ? [index] : [])),
    frozen: () =>
      jobs
        .all()
        .flatMap(({ index, stage, processor, isFrozen, frozenBytes }) =>
          isFrozen ? [{ index, name: stage, pid: processor.pid, bytes: frozenBytes }] : [],
        ),
    freeze: (index) =>
      toOwn(index, (job) => {
        jobs.freeze(job);
        return 'frozen' as const;
      }),
    thaw: (index) => {
      const job = jobs.of(index);
      // What a dead thread left goes on when its next incarnation takes it up.
      if (job && !job.isLeft) jobs.thaw(job);
      onChange();
    },
    abandon: (index) => {
      forgetRequests(index);
      abandon(index);
    },
    end,
    start: () => children.start(),
  };
}

/** Where a thread stands: work for one state is of no use in another. */
function placeOf({ sector, job, state }: ThreadView): string {
  return `${sector?.id ?? job ?? '-'} ${state}`;
}
