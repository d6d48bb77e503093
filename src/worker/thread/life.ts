/** A thread's machine for one plan, started from its record, and its commands. */
import { type Actor, createActor, type Subscription, waitFor } from 'xstate';
import type { PauseCommand, ResumeCommand } from '../../../machines/command-changes.js';
import { type Plan, planState, sealingThread, stageName } from '../../../machines/index.js';
import type { StageFailure } from '../../../machines/record-changes.js';
import type { ThreadRecord } from '../../../machines/thread-record.js';
import type { PlaceAnswer, PlaceInput, ThreadWork } from '../../../machines/thread-words.js';
import { systemClock } from '../../actors/system-clock.js';
import type { Progress, Row, ThreadView } from '../../protocol/thread.js';
import { type StageRunner, stageRunner } from '../../sealing/runner.js';
import type { StageContext } from '../../sealing/stage.js';
import { planStages } from '../../sealing/stages/plan-stages.js';
import type { DoneCommand } from '../../store/command-log.js';
import type { ThreadStore } from '../../store/thread-store.js';
import type { SettingsOfThread, ThreadSetup } from '../border/setup.js';
import { ThreadCommands } from './commands.js';
import type { ThreadDesk } from './desk.js';
import { missingText } from './missing.js';
import type { StagePlace } from './stage-place.js';
import { modeOf, possibleNow, viewOf } from './view.js';

/** Returns what a command stores with the change that it makes. */
export type KeepWith = (next: ThreadRecord) => DoneCommand | undefined;

export interface ThreadLifeOptions {
  readonly plan: Plan;
  readonly record: ThreadRecord;
  readonly setup: ThreadSetup;
  readonly incarnation: number;
  readonly store: Pick<ThreadStore, 'commandDone' | 'keepCommand'>;
  readonly desk: Pick<ThreadDesk, 'leaveLine' | 'hold'>;
  /** Checks that the location is still on its disk. @throws wrong_disk */
  checkRoot(): void;
  /** The current settings. */
  settings(): SettingsOfThread;
  /** Sequence number of the latest row. */
  revision(): number;
  /** Makes a change durable, with what a command stores with it. */
  commit(record: ThreadRecord, row: Row, keepWith: KeepWith | undefined): void;
  askPlace(input: PlaceInput): Promise<PlaceAnswer>;
  awaitPlace(): Promise<PlaceAnswer>;
  /** The part of a stage's context besides record, signal and settings. */
  stageContext(
    record: ThreadRecord,
    signal: AbortSignal,
    progress: (progress: Progress) => void,
    place: StagePlace,
  ): Pick<StageContext, 'service' | 'request' | 'attached' | 'others' | 'process' | 'emit'>;
  /** A stage ended with this event, or had nothing to do yet. */
  onOutcome(record: ThreadRecord, event: string): void;
  onView(view: ThreadView): void;
  onProgress(progress: Progress): void;
  onStopped(): void;
}

type ThreadActor = Actor<ReturnType<typeof sealingThread>>;

export class ThreadLife {
  readonly plan: Plan;
  readonly commands: ThreadCommands;
  readonly #options: ThreadLifeOptions;
  readonly #runStage: StageRunner;
  readonly #actor: ThreadActor;
  readonly #watching: Subscription;
  readonly #progress: ShownProgress;
  #keepWith: KeepWith | undefined;
  /** The view that the current command led to; its answer reuses it. */
  #shown: ThreadView | undefined;

  constructor(options: ThreadLifeOptions) {
    const { plan, setup } = options;
    this.plan = plan;
    this.#options = options;
    this.#progress = new ShownProgress(options.onProgress);
    this.#runStage = stageRunner({
      stages: planStages[plan.name] ?? {},
      nameOf: (state) => stageName(planState(plan, state)),
      ...{ faults: setup.faults, leastMs: setup.leastMs },
      check: options.checkRoot,
      onOutcome: options.onOutcome,
    });
    this.#actor = this.#create();
    this.#watching = this.#watch();
    this.commands = this.#takeCommands();
  }

  record(): ThreadRecord {
    return this.#actor.getSnapshot().context.record;
  }

  view(): ThreadView {
    const { plan, setup, settings, incarnation, revision } = this.#options;
    const progress = this.#progress.latest;
    const facts = { plan, setup, settings: settings(), incarnation, revision: revision(), progress };
    return viewOf(this.#actor.getSnapshot(), facts);
  }

  start(): void {
    this.#actor.start();
  }

  /** Tells the machine that its sector or job is lost. `isFinalized`: the manager already has it as done. */
  lose(sector: string, reason: string, isFinalized = false): void {
    this.#actor.send({ type: 'SECTOR.LOST', sector, reason, isFinalized });
  }

  /** Stops at a safe point. */
  async stop(): Promise<void> {
    this.#actor.send({ type: 'THREAD.STOP' });
    await waitFor(this.#actor, (snapshot) => snapshot.status !== 'active');
  }

  /** Stops at once, without `onStopped`: the thread continues with another plan. */
  leave(): void {
    this.#watching.unsubscribe();
    this.#actor.stop();
  }

  #create(): ThreadActor {
    const { plan, setup, settings, record } = this.#options;
    return createActor(sealingThread(plan, this.#work()), {
      clock: systemClock,
      input: {
        record,
        settings,
        now: () => Date.now(),
        steady: systemClock.now,
        random: Math.random,
        possible: (present) => possibleNow(plan, setup.location, present),
      },
    });
  }

  /** The machine's side effects. */
  #work(): ThreadWork {
    const { desk, askPlace, awaitPlace, commit } = this.#options;
    return {
      commit: (next, row) => {
        if (row !== null) commit(next, row, this.#keepWith);
      },
      leaveLine: () => desk.leaveLine(),
      askPlace,
      awaitPlace,
      stage: ({ record }, signal) => {
        this.#progress.forget();
        return desk.hold(
          (place) => this.#stage(record, signal, place),
          // The runner rejects only with a StageFailure.
          (thrown) => (signal.aborted ? null : (thrown as StageFailure)),
        );
      },
    };
  }

  #stage(record: ThreadRecord, signal: AbortSignal, place: StagePlace): ReturnType<StageRunner> {
    const { setup, stageContext } = this.#options;
    const { location, workerName, localPiecesDirs } = setup;
    const settings = this.#options.settings();
    const { stores, deadlines } = settings;
    const progress = (next: Progress) => this.#progress.show(next);
    return this.#runStage({
      ...stageContext(record, signal, progress, place),
      ...{ location, workerName, stores, localPiecesDirs, signal, record, settings, deadlines, progress },
      now: () => Date.now(),
    });
  }

  #watch(): Subscription {
    return this.#actor.subscribe({
      next: () => {
        const next = this.view();
        if (this.#keepWith) this.#shown = next;
        this.#options.onView(next);
      },
      // The write failed or the machine is broken: the thread ends, and the worker restarts it from its record.
      error: (error) => {
        setImmediate(() => {
          throw error;
        });
      },
      complete: () => this.#options.onStopped(),
    });
  }

  #takeCommands(): ThreadCommands {
    const { plan, setup, store, revision } = this.#options;
    return new ThreadCommands({
      plan,
      index: setup.index,
      view: () => this.#answered(),
      mode: () => modeOf(this.#actor.getSnapshot()),
      revision,
      record: () => this.record(),
      possible: () => possibleNow(plan, setup.location, this.record()),
      missing: (state) => missingText(plan, setup.location, this.record(), state),
      send: (command, keep) => this.#send(command, keep),
      done: (id) => store.commandDone(id),
      keep: (command) => store.keepCommand(command),
    });
  }

  #answered(): ThreadView {
    const answered = this.#shown ?? this.view();
    this.#shown = undefined;
    return answered;
  }

  /** @throws the error of a failed write */
  #send(command: PauseCommand | ResumeCommand, keep: KeepWith): void {
    this.#keepWith = keep;
    this.#shown = undefined;
    try {
      this.#actor.send(command);
    } finally {
      this.#keepWith = undefined;
    }
    const snapshot = this.#actor.getSnapshot();
    if (snapshot.status === 'error') throw snapshot.error;
  }
}

const progressEveryMs = 200;

/** A stage's progress: the latest is kept, and shown at most every `progressEveryMs`. */
class ShownProgress {
  readonly #onProgress: (progress: Progress) => void;
  latest: Progress | null = null;
  #shownAt = 0;

  constructor(onProgress: (progress: Progress) => void) {
    this.#onProgress = onProgress;
  }

  show(next: Progress): void {
    this.latest = next;
    if (performance.now() - this.#shownAt < progressEveryMs) return;
    this.#shownAt = performance.now();
    this.#onProgress(next);
  }

  forget(): void {
    this.latest = null;
  }
}
