/** A thread's machine for one plan, from its record on, and the commands it takes. */
import { createActor, waitFor } from 'xstate';
import { type Plan, planState, sealingThread, stageName } from '../../../machines/index.js';
import type { StageFailure } from '../../../machines/record-changes.js';
import type { ThreadRecord } from '../../../machines/thread-record.js';
import type { PlaceAnswer, PlaceInput, ThreadWork } from '../../../machines/thread-words.js';
import { systemClock } from '../../actors/system-clock.js';
import type { Progress, Row, ThreadView } from '../../protocol/thread.js';
import { stageRunner } from '../../sealing/runner.js';
import type { StageContext } from '../../sealing/stage.js';
import { planStages } from '../../sealing/stages/plan-stages.js';
import type { DoneCommand } from '../../store/command-log.js';
import type { ThreadStore } from '../../store/thread-store.js';
import type { SettingsOfThread, ThreadSetup } from '../border/setup.js';
import { threadCommands } from './commands.js';
import type { ThreadDesk } from './desk.js';
import type { StagePlace } from './stage-place.js';
import { modeOf, possibleNow, viewOf } from './view.js';

/** What a command keeps with the change it makes. */
export type KeepWith = (next: ThreadRecord) => DoneCommand | undefined;

export interface ThreadLifeOptions {
  readonly plan: Plan;
  readonly record: ThreadRecord;
  readonly setup: ThreadSetup;
  readonly incarnation: number;
  readonly store: Pick<ThreadStore, 'commandDone' | 'keepCommand'>;
  readonly desk: Pick<ThreadDesk, 'leaveLine' | 'hold'>;
  /** Looks whether the location is still on its disk. @throws wrong_disk */
  checkRoot(): void;
  /** Those of the moment. */
  settings(): SettingsOfThread;
  /** Sequence number of the latest row. */
  revision(): number;
  /** Makes a change durable, and what a command keeps with it. */
  commit(record: ThreadRecord, row: Row, keepWith: KeepWith | undefined): void;
  askPlace(input: PlaceInput): Promise<PlaceAnswer>;
  awaitPlace(): Promise<PlaceAnswer>;
  /** What stages are given besides the record, the signal and the settings. */
  stageContext(
    record: ThreadRecord,
    signal: AbortSignal,
    progress: (progress: Progress) => void,
    place: StagePlace,
  ): Pick<StageContext, 'service' | 'request' | 'attached' | 'others' | 'process' | 'warn'>;
  /** A stage was done, or had nothing to do yet. */
  onOutcome(record: ThreadRecord, event: string): void;
  onView(view: ThreadView): void;
  onProgress(progress: Progress): void;
  onStopped(): void;
}

export type ThreadLife = ReturnType<typeof threadLife>;

const progressEveryMs = 200;

export function threadLife(options: ThreadLifeOptions) {
  const { plan, setup, desk, store, settings, revision } = options;
  let progress: Progress | null = null;
  let lastShown = 0;
  let keepWith: KeepWith | undefined;
  /** What the current command made the thread show; its answer shows the same. */
  let shown: ThreadView | undefined;

  const showProgress = (next: Progress) => {
    progress = next;
    if (performance.now() - lastShown < progressEveryMs) return;
    lastShown = performance.now();
    options.onProgress(next);
  };
  const runStage = stageRunner({
    stages: planStages[plan.name] ?? {},
    nameOf: (state) => stageName(planState(plan, state)),
    ...{ faults: setup.faults, leastMs: setup.leastMs },
    check: options.checkRoot,
    onOutcome: options.onOutcome,
  });
  const work: ThreadWork = {
    commit: (next, row) => {
      if (row !== null) options.commit(next, row, keepWith);
    },
    leaveLine: () => desk.leaveLine(),
    askPlace: options.askPlace,
    awaitPlace: options.awaitPlace,
    stage: (input, signal) => {
      progress = null;
      const { location, workerName, localPiecesDirs } = setup;
      const { stores, deadlines } = settings();
      const run = (place: StagePlace) =>
        runStage({
          ...options.stageContext(input.record, signal, showProgress, place),
          ...{ location, workerName, stores, localPiecesDirs, signal },
          ...{ record: input.record, settings: settings(), deadlines },
          now: () => Date.now(),
          progress: showProgress,
        });
      // What the runner rejects with is a failure already.
      return desk.hold(run, (thrown) => (signal.aborted ? null : (thrown as StageFailure)));
    },
  };
  const actor = createActor(sealingThread(plan, work), {
    clock: systemClock,
    input: {
      record: options.record,
      settings,
      now: () => Date.now(),
      steady: systemClock.now,
      random: Math.random,
      possible: (present) => possibleNow(plan, setup.location, present),
    },
  });
  const record = () => actor.getSnapshot().context.record;
  const view = () => {
    const { incarnation } = options;
    const facts = { plan, setup, settings: settings(), incarnation, revision: revision(), progress };
    return viewOf(actor.getSnapshot(), facts);
  };
  const watching = actor.subscribe({
    next: () => {
      const next = view();
      if (keepWith) shown = next;
      options.onView(next);
    },
    // The write failed or the machine is broken: this thread ends, its worker starts it again from its record.
    error: (error) => {
      setImmediate(() => {
        throw error;
      });
    },
    complete: () => options.onStopped(),
  });
  const commands = threadCommands({
    plan,
    index: setup.index,
    view: () => {
      const answered = shown ?? view();
      shown = undefined;
      return answered;
    },
    mode: () => modeOf(actor.getSnapshot()),
    revision,
    record,
    possible: () => possibleNow(plan, setup.location, record()),
    send: (command, keep) => {
      keepWith = keep;
      shown = undefined;
      try {
        actor.send(command);
      } finally {
        keepWith = undefined;
      }
      const snapshot = actor.getSnapshot();
      if (snapshot.status === 'error') throw snapshot.error;
    },
    done: (id) => store.commandDone(id),
    keep: (command) => store.keepCommand(command),
  });
  return {
    plan,
    commands,
    record,
    view,
    start: () => void actor.start(),
    /** `isFinalized`: the manager has its end already. */
    lose: (sector: string, reason: string, isFinalized = false) =>
      actor.send({ type: 'SECTOR.LOST', sector, reason, isFinalized }),
    /** Ends at a safe point. */
    stop: async () => {
      actor.send({ type: 'THREAD.STOP' });
      await waitFor(actor, (snapshot) => snapshot.status !== 'active');
    },
    /** Ends at once, unheard: the thread continues with another plan. */
    leave: () => {
      watching.unsubscribe();
      actor.stop();
    },
  };
}
