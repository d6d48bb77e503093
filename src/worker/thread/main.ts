/** The code of a sealing thread: its machine, started from its record, and the verbs that the main thread calls. */
import { emptyState, endStates, type Plan, planNamed, plans } from '../../../machines/index.js';
import { rowOf } from '../../../machines/record-changes.js';
import { inHand, type ThreadRecord } from '../../../machines/thread-record.js';
import type { PlaceAnswer } from '../../../machines/thread-words.js';
import { checkRootSync, seeRootSync } from '../../disks/seen-root.js';
import { SealvisorError } from '../../protocol/errors.js';
import { formatSectorId } from '../../protocol/sector.js';
import { limitOf } from '../../protocol/stages.js';
import type { Row } from '../../protocol/thread.js';
import { abortLoss } from '../../sealing/abort-loss.js';
import { freshGround } from '../../sealing/fresh-ground.js';
import { dropIncoming, incomingFile } from '../../sealing/large-outputs.js';
import { leftFailure } from '../../sealing/left-manager.js';
import { failureOf } from '../../sealing/runner.js';
import { sectorFiles } from '../../sealing/sector-files.js';
import { spaceOf } from '../../sealing/space-need.js';
import { isSent } from '../../sealing/submission-note.js';
import { openThreadStore } from '../../store/thread-store.js';
import { threadHost } from '../../threads/host.js';
import { mainOver } from '../border/calls.js';
import type { DeskAnswer, Granted, ThreadSide } from '../border/contract.js';
import type { SettingsOfThread, ThreadNews, ThreadSetup } from '../border/setup.js';
import { threadDesk } from './desk.js';
import { reportsHeldBack } from './held-back.js';
import { idleAnswers } from './idle-answers.js';
import { jobHeartbeat } from './job-heartbeat.js';
import { type KeepWith, ThreadLife } from './life.js';
import { processTask } from './process.js';
import { ReportQueue } from './reports.js';
import { presentReport, stateReport } from './state-report.js';

/** More requests than one incarnation can make. */
const placesPerLife = 1e9;

// `entry.ts` loads this module once there is a setup.
const host = threadHost<ThreadSetup, ThreadNews>();
const setup = host.data;
const main = mainOver(host.call);
let settings = setup.settings;

const root = seeRootSync(setup.location, setup.owner.location);
const store = openThreadStore(setup.location, { root, owner: setup.owner, keepRows: setup.historyRows });
const record = store.read(planOf(settings.plan), Date.now());
let revision = store.revision();
/** The manager's service for the current sector or job. */
const serviceOf = (present: ThreadRecord) =>
  main.manager(inHand(present) === null ? undefined : (present.given ?? null));
const desk = threadDesk(main.desk, host.incarnation * placesPerLife);
const processes = { children: setup.processChildren, calls: main.processes };
const reports = reportsHeldBack(
  new ReportQueue({
    send: (id, body, given = null) => main.manager(given).reportState(id, body),
    everyMs: () => settings.rpcPollingIntervalMs,
    onRefused: (event) => host.say({ type: 'event', event }),
    onRefusal: (id, error) => {
      const left = leftFailure(error, life.record(), setup.location);
      // A failure that needs an operator shows up by itself when the stage calls the manager.
      if (left?.level === 'abort') life.lose(formatSectorId(id), left.message);
      return left !== undefined;
    },
    onVerdict: (id, { abortReason, finalized }) => {
      // This thread proved the sector, and an operator sent it back to be stored again: its files may be the only good ones.
      const isOurs = life.plan.makes === 'sealed' && isSent(setup.location, formatSectorId(id), 'proof');
      if (finalized && !abortReason && isOurs) return;
      const reason = abortReason || 'the manager considers this sector done';
      life.lose(formatSectorId(id), reason, finalized || !abortReason);
    },
  }),
);
const heartbeat = jobHeartbeat({
  beat: (jobId) => serviceOf(life.record()).wdPoStHeartbeatJobs([jobId], setup.workerName),
  onTaken: (jobId, reason) => life.lose(jobId, reason),
});

const idle = idleAnswers({
  most: () => settings.requestTaskMaxRetries,
  renew: () => {
    // The call fails only if the worker ends, which ends this thread too.
    void main.settings.now().then(
      (next) => {
        settings = next;
      },
      () => undefined,
    );
  },
});

function planOf(name: string): Plan {
  const found = planNamed(name);
  if (found) return found;
  throw new SealvisorError(
    'config_invalid',
    `unknown plan ${name}: known are ${Object.keys(plans).join(', ')}`,
  );
}

function commit(next: ThreadRecord, row: Row, keepWith?: KeepWith): void {
  revision = store.commit(next, row, keepWith?.(next));
  host.say({ type: 'row', row: { seq: revision, ...row } });
  heartbeat.follow(next);
  const report = stateReport(next, row, setup);
  if (!report) return;
  // A command's answer does not wait for the report. But the report of an end goes out before the end itself is reported.
  if (keepWith && !endStates.includes(next.state)) reports.tellBehind(report);
  else reports.tell(report);
}

/** A slot for a new job comes with the settings for that job. */
async function placed(asked: Promise<DeskAnswer | Granted>): Promise<PlaceAnswer> {
  try {
    const answer: Partial<DeskAnswer> & { readonly settings?: SettingsOfThread } = await asked;
    settings = answer.settings ?? settings;
    if (settings.plan !== life.plan.name && life.record().state === emptyState) goOnBy(settings.plan);
    // The caller needs only to know whether it is a probe.
    return { granted: true, isProbe: false, ...answer };
  } catch (thrown) {
    throw failureOf(thrown);
  }
}

/** The file for a stage's output while it arrives. Only a sector has a directory for it; other jobs' output stays in memory. */
function intoOf({ sector }: ThreadRecord, stage: string) {
  if (!sector) return {};
  const { root: dir } = sectorFiles(setup.location, sector.id);
  return { into: () => incomingFile(dir, stage) };
}

function lifeOf(from: ThreadRecord): ThreadLife {
  return new ThreadLife({
    plan: planOf(from.plan),
    record: from,
    setup,
    incarnation: host.incarnation,
    store,
    desk,
    checkRoot: () => void checkRootSync(root),
    settings: () => settings,
    revision: () => revision,
    commit,
    askPlace: ({ name, isResumed }) =>
      placed(desk.ask(name, isResumed, async () => spaceOf(life.plan, life.record(), setup.location))),
    awaitPlace: () => placed(desk.granted()),
    stageContext: (present, signal, progress, place) => ({
      service: serviceOf(present),
      request: store.request,
      emit: (event) => host.say({ type: 'event', event }),
      ...{ attached: main.stores, others: setup.othersStages },
      process: (stage, task) =>
        place.under(limitOf(stage), signal, () =>
          processTask(processes, stage, task, {
            ...{ signal, progress },
            ground: () => freshGround(life.record(), setup.location, stage),
            ...intoOf(present, stage),
          }),
        ),
    }),
    onOutcome: idle,
    onView: (view) => host.say({ type: 'view', view }),
    onProgress: (progress) => host.say({ type: 'progress', progress }),
    onStopped: () => host.say({ type: 'stopped' }),
  });
}

/** An empty thread changes its plan before its next job; the slot that it was granted is requested again. */
function goOnBy(plan: string): void {
  const present = life.record();
  life.leave();
  desk.leaveLine();
  life = lifeOf({ ...present, plan });
  life.start();
}

// The first incarnation in this run of the worker: no process of an earlier incarnation can still write the files.
if (host.incarnation === 1 && record.sector) dropIncoming(sectorFiles(setup.location, record.sector.id).root);
let life = lifeOf(record);

host.ready({
  // `life` is read at each call: a change of plan replaces it.
  obey: (command, options) => life.commands.obey(command, options),
  preview: async (state, isForced) => {
    const told = life.commands.preview(state, isForced);
    const loses =
      told.allowed && told.to === 'Aborted' ? await abortLoss(life.record(), setup.location) : null;
    return loses === null ? told : { ...told, loses };
  },
  view: () => life.view(),
  configure: (next) => {
    settings = next;
  },
  note: (event, message) => {
    const present = life.record();
    commit(present, rowOf(present, Date.now(), { kind: 'lifecycle', event, message }));
    // The machine has not changed, so only this reports the revision that commands are checked against.
    host.say({ type: 'view', view: life.view() });
  },
  reportAgain: () => reports.again(),
  reportAsked: (id) => reports.asked(id),
  history: (query) => store.historyJson(query),
  durations: (size) => store.durations(size),
  stop: async () => {
    await life.stop();
    heartbeat.stop();
    reports.stop();
    store.close();
  },
} satisfies ThreadSide);
// After `ready`: a first stage that spins or throws is then a crash, not a start that hangs.
life.start();
heartbeat.follow(record);
const present = presentReport(record, setup);
if (present) reports.tell(present);
