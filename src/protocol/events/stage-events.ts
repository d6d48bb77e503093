/** Events of one thread, sent by the sealing thread or by its slot, which adds the thread's index. */
import { event, type FieldKinds, faultKinds } from './event.js';

const ofSector = { thread: 'number?', sector: 'text' } as const satisfies FieldKinds;
const prefix = ({ thread }: { readonly thread?: number | undefined }) =>
  thread === undefined ? undefined : `#${thread}`;

export const stageEvents = {
  'thread.leftBehind': event({
    level: 'warn',
    when: 'a thread does not end because a call to its disk does not return',
    fields: { thread: 'number?', name: 'text' },
    text: ({ name }) => `${name} cannot be ended: a call to its disk does not return; it is left behind`,
    prefix,
  }),
  'sector.leftOver': event({
    level: 'warn',
    when: 'a sector is finished or aborted and some of its files could not be removed',
    fields: { ...ofSector, end: 'text', note: 'text' },
    text: ({ sector, end, note }) => `${sector} is ${end}: ${note}`,
    prefix,
  }),
  'sector.filesDamaged': event({
    level: 'warn',
    when: 'a sector is finished, its local files are gone, and a stored file is not as it was',
    fields: { ...ofSector, path: 'text', fault: 'text' },
    text: ({ sector, path, fault }) =>
      `${sector} is finished and its local files are gone, but ${path} ${fault}: restore it from another copy or rebuild the sector`,
    prefix,
  }),
  'sector.filesUnverified': event({
    level: 'warn',
    when: 'files of a sector that an earlier version began cannot be verified',
    fields: { ...ofSector, files: 'texts' },
    text: ({ sector, files }) =>
      `${sector} was started by an earlier version, which recorded no files: ${files.join(', ')} cannot be verified here and ${files.length > 1 ? 'are' : 'is'} used as ${files.length > 1 ? 'they are' : 'it is'}`,
    prefix,
  }),
  'report.refused': event({
    level: 'warn',
    when: 'the manager refuses a report for good',
    fields: { ...ofSector, state: 'text', outcome: 'text', ...faultKinds },
    text: ({ sector, state, outcome, reason }) =>
      `the manager refuses the report that ${sector} is ${state}: ${reason}; ${outcome}`,
    prefix,
  }),
};
