/** Events of a worker's processor children. */
import { event, faultKinds, threadPrefix } from './event.js';

export const processorEvents = {
  'processor.printed': event({
    level: 'info',
    when: 'a child has printed a line that is not an answer',
    fields: { thread: 'number?', processor: 'text', pid: 'number', line: 'text' },
    text: ({ line }) => line,
    prefix: ({ thread, processor, pid }) =>
      `${thread === undefined ? '' : `#${thread} `}${processor}[${pid}]:`,
  }),
  'processor.crashed': event({
    level: 'warn',
    when: 'a child has ended by itself',
    fields: { processor: 'text', pid: 'number', outlook: 'text', ...faultKinds },
    text: ({ reason, outlook }) => `${reason}; ${outlook}`,
  }),
  'processor.notStarted': event({
    level: 'warn',
    when: 'a child that ended cannot be started again',
    fields: { processor: 'text', ...faultKinds },
    text: ({ reason }) => `${reason}; it is tried again`,
  }),
  'processor.orphanEnded': event({
    level: 'warn',
    when: 'a child of an earlier start of this worker was still running',
    fields: { pid: 'number' },
    text: ({ pid }) => `ended process ${pid}, left by an earlier worker`,
  }),
  'processor.notPlaced': event({
    level: 'warn',
    when: 'this machine cannot give a child the CPUs or the memory that its table names',
    fields: { key: 'text', reason: 'text' },
    text: ({ key, reason }) => `${key} has no effect: ${reason}`,
  }),
  'processor.workLost': event({
    level: 'warn',
    when: 'the child that a dead thread had left at work, or frozen, has ended',
    fields: { thread: 'number', stage: 'text', was: 'text', ...faultKinds },
    text: ({ thread, stage, was, reason }) =>
      `the ${stage} process that ${was} for thread #${thread} is gone (${reason}): the stage starts over`,
    prefix: threadPrefix,
  }),
  'processor.frozenLost': event({
    level: 'warn',
    when: 'the worker ends while a child is frozen',
    fields: { thread: 'number', processor: 'text', pid: 'number' },
    text: ({ thread, processor, pid }) =>
      `the ${processor} process frozen for thread #${thread} (pid ${pid}) ends with the worker: its stage is started over`,
  }),
  'dump.started': event({
    level: 'warn',
    when: 'somebody had lines of a child written to files',
    fields: { processor: 'text', pid: 'number', directory: 'text' },
    text: ({ processor, pid, directory }) =>
      `lines of process ${pid} (${processor}) that are not answers are written to files in ${directory}`,
  }),
  'dump.ended': event({
    level: 'warn',
    when: 'lines of a child are not written to files any more',
    fields: { pid: 'number', reason: 'text' },
    text: ({ pid, reason }) => `lines of process ${pid} are logged again: ${reason}`,
  }),
  'dump.notWritten': event({
    level: 'warn',
    when: 'a line of a child could not be written to a file',
    fields: { pid: 'number', line: 'text' },
    text: ({ pid, line }) => `process ${pid}: answers no request: ${line}`,
  }),
};
