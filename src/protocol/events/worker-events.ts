/** Events of a worker: its threads, its limits and breakers, its manager, and commands from people. */
import { someOf } from '../some-of.js';
import { event, type FieldKinds, faultKinds, threadPrefix } from './event.js';

const ofThread = { thread: 'number' } as const satisfies FieldKinds;
const asked = { by: 'text', why: 'text?' } as const satisfies FieldKinds;
const askedText = ({ by, why }: { readonly by: string; readonly why?: string | undefined }) =>
  why === undefined ? `by ${by}` : `by ${by}: ${why}`;

export const workerEvents = {
  'thread.idle': event({
    level: 'warn',
    when: 'why a thread has nothing to do has changed; it may be as it should be',
    fields: { ...ofThread, stage: 'text', reason: 'text' },
    text: ({ thread, stage, reason }) =>
      `thread #${thread} ${stage === '-' ? 'has no job' : `waits before ${stage}`}: ${reason}`,
    prefix: threadPrefix,
  }),
  'thread.ended': event({
    level: 'warn',
    when: 'a thread has crashed, run out of heap or stopped answering',
    fields: { ...ofThread, reason: 'text' },
    text: ({ thread, reason }) => `thread #${thread} ended: ${reason}; it is started again from its record`,
    prefix: threadPrefix,
  }),
  'thread.failed': event({
    level: 'warn',
    when: 'a thread has ended too often and is not started again',
    fields: { ...ofThread, reason: 'text' },
    text: ({ thread, reason }) => `thread #${thread} failed: ${reason}; the other threads continue`,
    prefix: threadPrefix,
  }),
  'thread.notRemoved': event({
    level: 'warn',
    when: 'a reload has removed a thread, and the thread did not end',
    fields: { ...ofThread, ...faultKinds },
    text: ({ thread, reason }) => `thread #${thread} could not be removed: ${reason}`,
  }),
  'thread.settingsFaulty': event({
    level: 'warn',
    when: "the configuration file in a thread's location cannot be used",
    fields: { ...ofThread, ...faultKinds },
    text: ({ thread, reason }) => `${reason}; thread #${thread} keeps its previous settings`,
  }),
  'drain.threadNotPaused': event({
    level: 'warn',
    when: 'a drain could not pause a thread',
    fields: { ...ofThread, ...faultKinds },
    text: ({ thread, reason }) => `the drain did not reach thread #${thread}: ${reason}`,
  }),
  'drain.threadNotResumed': event({
    level: 'warn',
    when: 'a drain is lifted and a thread that it paused could not be resumed',
    fields: { ...ofThread, ...faultKinds },
    text: ({ thread, reason }) => `thread #${thread} did not resume: ${reason}`,
  }),
  'breaker.opened': event({
    level: 'warn',
    when: 'threads have failed a stage the same way',
    fields: { stage: 'text', threads: 'numbers', severity: 'text', reason: 'text' },
    text: ({ stage, threads, severity, reason }) =>
      `${threads.map((index) => `#${index}`).join(', ')} failed ${stage} the same way: nobody tries it until one probe is done (${severity}: ${reason})`,
  }),
  'breaker.closed': event({
    level: 'warn',
    when: 'a stage whose breaker was open can be done again',
    fields: { stage: 'text' },
    text: ({ stage }) => `the breaker of ${stage} is closed: waiting threads continue`,
  }),
  'breaker.closedBy': event({
    level: 'info',
    when: 'somebody has closed a breaker',
    fields: { stage: 'text', ...asked },
    text: ({ stage, ...who }) => `the breaker of ${stage} is closed ${askedText(who)}`,
  }),
  'breaker.notKept': event({
    level: 'warn',
    when: 'the state of a breaker cannot be written',
    fields: { stage: 'text', ...faultKinds },
    text: ({ stage, reason }) => `the breaker of ${stage} is not kept over a restart: ${reason}`,
  }),
  'limits.notForgotten': event({
    level: 'warn',
    when: 'limits set by hand, which the file has overruled, cannot be removed from the record',
    fields: faultKinds,
    text: ({ reason }) => `limits that the file has overruled are not forgotten: ${reason}`,
  }),
  'manager.unreachable': event({
    level: 'warn',
    when: 'a heartbeat has failed, the first time of several',
    fields: faultKinds,
    text: ({ reason }) => `${reason}; threads without a sector wait, the worker keeps trying`,
  }),
  'manager.answersAgain': event({
    level: 'warn',
    when: 'a heartbeat has succeeded after one that failed',
    fields: {},
    text: () => 'the manager answers again',
  }),
  'manager.ownReturned': event({
    level: 'warn',
    when: 'the manager whose sectors the worker has answers again, after another one did',
    fields: { manager: 'text' },
    text: ({ manager }) => `manager ${manager} answers again`,
  }),
  'manager.otherAnswers': event({
    level: 'warn',
    when: 'another manager answers than the one whose sectors the worker has',
    fields: { manager: 'text', own: 'text', reason: 'text' },
    text: ({ reason }) => reason,
  }),
  'manager.changed': event({
    level: 'warn',
    when: 'another manager answers and the worker has nothing of the one before',
    fields: { manager: 'text', before: 'text' },
    text: ({ manager, before }) =>
      `another manager answers (${manager}, before it was ${before}): nothing is held here, so the worker uses it`,
  }),
  'manager.adopted': event({
    level: 'info',
    when: 'somebody had the worker adopt the manager that answers',
    fields: { manager: 'text', before: 'text', ...asked },
    text: ({ manager, before, ...who }) =>
      `the worker has adopted manager ${manager}, in place of ${before} ${askedText(who)}`,
  }),
  'manager.notKept': event({
    level: 'warn',
    when: 'which manager the worker goes by cannot be written',
    fields: { manager: 'text', ...faultKinds },
    text: ({ manager, reason }) =>
      `that this worker has sectors of manager ${manager} is not kept over a restart: ${reason}`,
  }),
  'worker.namesake': event({
    level: 'warn',
    when: 'the manager says that another living worker has the same name',
    fields: { name: 'text', others: 'texts' },
    text: ({ name, others }) =>
      `another worker reports as ${name}, too (${someOf(others)}): commands by this name are refused; give each its own [worker] name`,
  }),
  'worker.homeMoved': event({
    level: 'warn',
    when: 'the home of the worker cannot be used and another location stands in for it',
    fields: { home: 'text', instead: 'text?', id: 'text?', ...faultKinds },
    text: ({ home, instead, id, reason }) => {
      const whose =
        id === undefined
          ? ''
          : `; which worker this is is noted nowhere else, so it has the id ${id} until it is started with ${home}`;
      return instead === undefined
        ? `${reason}; meanwhile no limit, cordon or drain can be set${whose}`
        : `${reason}; limits and cordon set by hand are kept in ${instead} meanwhile${whose}`;
    },
  }),
  'worker.stoppedBy': event({
    level: 'info',
    when: 'somebody has stopped the worker through a door',
    fields: asked,
    text: (who) => `the worker is stopped ${askedText(who)}`,
  }),
  'environment.set': event({
    level: 'info',
    when: 'somebody has set a variable of the worker',
    fields: { variable: 'text', by: 'text' },
    text: ({ variable, by }) => `${variable} is set by ${by}`,
  }),
  'environment.removed': event({
    level: 'info',
    when: 'somebody has removed a variable of the worker',
    fields: { variable: 'text', by: 'text' },
    text: ({ variable, by }) => `${variable} is removed by ${by}`,
  }),
};
