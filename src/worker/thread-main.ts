/** The inside of a sealing thread: its machine, started from its record, and the verbs its worker calls. */
import { createActor, waitFor } from 'xstate';
import { type Plan, planState, plans, sealingThread, stageName } from '../../machines/index.js';
import { type Row, rowOf, type StageFailure } from '../../machines/record-changes.js';
import type { ThreadRecord } from '../../machines/thread-record.js';
import type { PlaceAnswer } from '../../machines/thread-words.js';
import { SealvisorError } from '../protocol/errors.js';
import { formatSectorId } from '../protocol/sector.js';
import type { HistoryQuery, Progress, ThreadView } from '../protocol/thread.js';
import { failureOf, stageRunner } from '../sealing/runner.js';
import { spaceOf } from '../sealing/space-need.js';
import { planStages } from '../sealing/stages/plan-stages.js';
import type { DoneCommand } from '../store/command-log.js';
import { openThreadStore } from '../store/thread-store.js';
import { awaitHost } from '../threads/host.js';
import type { DeskAnswer, Granted } from './desk-words.js';
import { remoteService } from './remote-service.js';
import { sectorReports } from './reports.js';
import { presentReport, stateReport } from './state-report.js';
import { threadCommands } from './thread-commands.js';
import { threadDesk } from './thread-desk.js';
import { processTask } from './thread-process.js';
import type { SettingsOfThread, ThreadNews, ThreadSetup } from './thread-setup.js';
import { threadSpace } from './thread-space.js';
import { modeOf, possibleNow, viewOf } from './thread-view.js';

/** More than a thread can ask for. */
const placesPerLife = 1e9;

// A spare thread is booted up to here, and waits for its setup.
const host = await awaitHost<ThreadSetup, ThreadNews>();
const setup = host.data;
const plan = planOf(setup.plan);
let settings = setup.settings;

const store = openThreadStore(setup.location, { keepRows: setup.historyRows });
const record = store.read(plan, Date.now());
const service = remoteService((name, args) => host.call(name, args));
const desk = threadDesk((name, args) => host.call(name, args), {
  index: setup.index,
  firstId: host.incarnation * placesPerLife,
});
const attached = threadSpace((name, args) => host.call(name, args), setup.index);
const processes = { children: setup.processChildren, index: setup.index, call: host.call };
const runStage = stageRunner({
  stages: planStages[plan.name] ?? {},
  nameOf: (state) => stageName(planState(plan, state)),
  faults: setup.faults,
  leastMs: setup.leastMs,
});

const reports = sectorReports({
  send: (id, body) => service.reportState(id, body),
  everyMs: () => settings.rpcPollingIntervalMs,
  onVerdict: (id, { abortReason }) => {
    const reason = abortReason ?? 'the manager holds this sector for done';
    actor.send({ type: 'SECTOR.LOST', sector: formatSectorId(id), reason });
  },
});

let revision = store.revision();
let progress: Progress | null = null;
let lastShown = 0;
/** What is kept with the change that the command in hand makes. */
let keepWith: ((next: ThreadRecord) => DoneCommand | undefined) | undefined;
/** What the command in hand made the thread show; its answer shows the same. */
let shown: ThreadView | undefined;

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

const facts = () => ({ plan, setup, settings, incarnation: host.incarnation, revision, progress });
const view = () => viewOf(actor.getSnapshot(), facts());
const presentRecord = () => actor.getSnapshot().context.record;

function commit(next: ThreadRecord, row: Row | null): void {
  if (row === null) return;
  revision = store.commit(next, row, keepWith?.(next));
  host.say({ type: 'row', row: { seq: revision, ...row } });
  const report = stateReport(next, row, setup);
  if (!report) return;
  // Behind the answer to the command in hand: who asked does not wait until the manager is asked, too.
  if (keepWith) setImmediate(() => reports.tell(report));
  else reports.tell(report);
}

/** A place that is granted for a new sector comes with the settings it is to be sealed by. */
async function placed(asked: Promise<DeskAnswer | Granted>): Promise<PlaceAnswer> {
  try {
    const answer: Partial<DeskAnswer> & { readonly settings?: SettingsOfThread } = await asked;
    settings = answer.settings ?? settings;
    // Who waited for it is told no more than whether it is a probe.
    return { granted: true, isProbe: false, ...answer };
  } catch (thrown) {
    throw failureOf(thrown);
  }
}

const machine = sealingThread(plan, {
  commit,
  leaveLine: () => desk.leaveLine(),
  askPlace: ({ name, isResumed }) =>
    placed(desk.ask(name, isResumed, spaceOf(plan, presentRecord(), setup.location))),
  awaitPlace: () => placed(desk.granted()),
  stage: (input, signal) => {
    progress = null;
    const work = { signal, progress: showProgress };
    const run = runStage({
      record: input.record,
      location: setup.location,
      workerName: setup.workerName,
      settings,
      stores: setup.stores,
      attached,
      localPiecesDirs: setup.localPiecesDirs,
      deadlines: settings.deadlines,
      service,
      signal,
      now: () => Date.now(),
      progress: showProgress,
      process: (stage, task) => processTask(processes, stage, task, work),
    });
    // What the runner rejects with is a failure already.
    return desk.hold(run, (thrown) => (signal.aborted ? null : (thrown as StageFailure)));
  },
});

const actor = createActor(machine, {
  input: {
    record,
    settings: () => settings,
    now: () => Date.now(),
    random: Math.random,
    possible: (present) => possibleNow(plan, setup.location, present),
  },
});
actor.subscribe({
  next: () => {
    const next = view();
    if (keepWith) shown = next;
    host.say({ type: 'view', view: next });
  },
  // The write failed or the machine is broken: this thread ends, its worker starts it again from its record.
  error: (error) => {
    setImmediate(() => {
      throw error;
    });
  },
  complete: () => host.say({ type: 'stopped' }),
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
  revision: () => revision,
  record: presentRecord,
  possible: () => possibleNow(plan, setup.location, presentRecord()),
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

host.ready({
  ...commands,
  view,
  configure: (next: SettingsOfThread) => {
    settings = next;
  },
  /** Something the worker knows of this thread, for its history. */
  note: (event: string, message: string) => {
    const present = presentRecord();
    commit(present, rowOf(present, Date.now(), { kind: 'lifecycle', event, message }));
    // The machine has not moved: nobody else tells the revision that commands are checked against.
    host.say({ type: 'view', view: view() });
  },
  history: (query: HistoryQuery) => store.historyJson(query),
  durations: (size: number) => store.durations(size),
  stop: async () => {
    actor.send({ type: 'THREAD.STOP' });
    await waitFor(actor, (snapshot) => snapshot.status !== 'active');
    reports.stop();
    store.close();
  },
});
// Behind the word that it is up: a first stage that spins or throws is then a death, not a start that hangs.
actor.start();
const present = presentReport(record, setup);
if (present) reports.tell(present);
