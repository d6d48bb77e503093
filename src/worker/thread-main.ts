/** The inside of a sealing thread: its machine, started from its record, and the verbs its worker calls. */
import { createActor, fromPromise, waitFor } from 'xstate';
import { type Plan, planState, plans, sealingThread, stagesBetween } from '../../machines/index.js';
import type { Row, StageOutcome } from '../../machines/record-changes.js';
import type { StageInput, ThreadEvent } from '../../machines/thread-words.js';
import { SealvisorError } from '../protocol/errors.js';
import type { Progress } from '../protocol/thread.js';
import { stageRunner } from '../sealing/runner.js';
import { sealerStages, stageName } from '../sealing/stages/sealer.js';
import { openThreadStore } from '../store/thread-store.js';
import { awaitHost } from '../threads/host.js';
import { remoteService } from './remote-service.js';
import { stateReport } from './state-report.js';
import { processTask } from './thread-process.js';
import type { ThreadNews, ThreadSetup } from './thread-setup.js';
import { possibleNow, viewOf } from './thread-view.js';

// A spare thread is booted up to here, and waits for its setup.
const host = await awaitHost<ThreadSetup, ThreadNews>();
const setup = host.data;
const plan = planOf(setup.plan);

const store = openThreadStore(setup.location);
const record = store.read(plan, Date.now());
const service = remoteService((name, args) => host.call(name, args));
const runStage = stageRunner({
  stages: sealerStages,
  nameOf: (state) => stageName(planState(plan, state)),
  faults: setup.faults,
  leastMs: setup.leastMs,
});

let revision = store.revision();
let progress: Progress | null = null;
let lastShown = 0;

function showProgress(next: Progress): void {
  progress = next;
  if (performance.now() - lastShown < 200) return;
  lastShown = performance.now();
  host.say({ type: 'progress', progress: next });
}

function planOf(name: string): Plan {
  const found = plans[name];
  if (found) return found;
  throw new SealvisorError(
    'config_invalid',
    `unknown plan ${name}: known are ${Object.keys(plans).join(', ')}`,
  );
}

const view = () =>
  viewOf(actor.getSnapshot(), { plan, setup, incarnation: host.incarnation, revision, progress });

function commit(next: typeof record, row: Row | null): void {
  if (row === null) return;
  revision = store.commit(next, row);
  host.say({ type: 'row', row: { seq: revision, ...row } });
  const report = stateReport(next, row, setup);
  if (report) service.reportState(report.id, report.body).catch(() => undefined);
}

const machine = sealingThread(plan).provide({
  actions: { commit: ({ context }) => commit(context.record, context.row) },
  actors: {
    stage: fromPromise<StageOutcome, StageInput>(({ input, signal }) => {
      progress = null;
      return runStage({
        record: input.record,
        location: setup.location,
        settings: setup.settings,
        stores: setup.stores,
        localPiecesDirs: setup.localPiecesDirs,
        deadlines: setup.deadlines,
        service,
        signal,
        now: () => Date.now(),
        progress: showProgress,
        process: (stage, task) =>
          processTask({ children: setup.processChildren, index: setup.index, call: host.call }, stage, task, {
            signal,
            progress: showProgress,
          }),
      });
    }),
  },
});

const actor = createActor(machine, {
  input: {
    record,
    settings: setup.settings,
    now: () => Date.now(),
    possible: (present) => possibleNow(plan, setup.location, present),
  },
});
actor.subscribe({
  next: () => host.say({ type: 'view', view: view() }),
  // The write failed or the machine is broken: this thread ends, its worker starts it again from its record.
  error: (error) => {
    setImmediate(() => {
      throw error;
    });
  },
  complete: () => host.say({ type: 'stopped' }),
});

/** One event to the machine; what came of it is on disk when this returns. */
function send(event: ThreadEvent) {
  const before = revision;
  if (event.type === 'THREAD.RESUME' && event.state !== null) checkResume(event.state);
  actor.send(event);
  const snapshot = actor.getSnapshot();
  if (snapshot.status === 'error') throw snapshot.error;
  return { changed: revision !== before, view: view() };
}

/** @throws unknown_state, state_not_possible; both name what is possible */
function checkResume(state: string): void {
  const { record: present } = actor.getSnapshot().context;
  const possible = possibleNow(plan, setup.location, present);
  if (!planState(plan, state)) {
    const known = plan.states.map((each) => each.name).join(', ');
    throw new SealvisorError('unknown_state', `unknown state ${state}: plan ${plan.name} knows ${known}`, {
      data: { possible },
    });
  }
  if (present.isPaused && !possible.includes(state)) {
    const can = possible.length > 0 ? `possible now: ${possible.join(', ')}` : 'it holds no sector';
    throw new SealvisorError('state_not_possible', `thread ${setup.index} cannot go to ${state}; ${can}`, {
      data: { possible },
    });
  }
}

host.ready({
  send,
  view,
  preview: (state: string | null) => {
    const { record: present } = actor.getSnapshot().context;
    const to = state ?? present.state;
    const possible = possibleNow(plan, setup.location, present);
    if (state !== null && !planState(plan, state)) checkResume(state);
    if (!present.isPaused) return { allowed: false, why: `thread ${setup.index} is not paused`, possible };
    if (state !== null && !possible.includes(state))
      return { allowed: false, why: `what ${state} needs is not there`, possible };
    return {
      allowed: true,
      to,
      redo: stagesBetween(plan, to, present.state),
      skip: stagesBetween(plan, present.state, to),
    };
  },
  history: (limit: number) => store.history(limit),
  stop: async () => {
    actor.send({ type: 'THREAD.STOP' });
    await waitFor(actor, (snapshot) => snapshot.status !== 'active');
    store.close();
  },
});
// Behind the word that it is up: a first stage that spins or throws is then a death, not a start that hangs.
actor.start();
