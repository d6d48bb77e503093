/** Events of a manager in front of an upstream manager. */
import { humanDuration } from '../text/ages.js';
import { event, faultKinds } from './event.js';

export const frontEvents = {
  'upstream.silent': event({
    level: 'warn',
    when: 'the manager behind this one does not answer; at most once a minute',
    fields: { reason: 'text' },
    text: ({ reason }) =>
      `upstream does not answer: ${reason}; calls fail until it does (HTTP 502 where nothing comes back), and none is repeated here`,
  }),
  'upstream.returned': event({
    level: 'info',
    when: 'the manager behind this one answers again',
    fields: { url: 'text', silentMs: 'number' },
    text: ({ url, silentMs }) => `upstream ${url} answers again, after ${humanDuration(silentMs)}`,
  }),
  'upstream.pingsRefused': event({
    level: 'warn',
    when: 'the manager behind this one does not take reports of workers',
    fields: { reason: 'text' },
    text: ({ reason }) =>
      `upstream does not take the reports of workers (${reason}): its own list of them is old`,
  }),
  'upstream.pingsTaken': event({
    level: 'info',
    when: 'the manager behind this one takes reports of workers again',
    fields: {},
    text: () => 'upstream takes the reports of workers again',
  }),
  'front.partRestarted': event({
    level: 'warn',
    when: 'a part of this manager broke',
    fields: { part: 'text', ...faultKinds },
    text: ({ part, reason }) =>
      `${part} of the manager broke and is started again: ${reason}; calls are passed on`,
  }),
  'sector.seen': event({
    level: 'info',
    when: 'a call that was passed on says something new of a sector',
    fields: { sector: 'text', method: 'text', step: 'text', worker: 'text?' },
    text: ({ sector, step }) => `sector ${sector}: ${step}`,
  }),
  'sightings.notKept': event({
    level: 'warn',
    when: 'what is seen of sectors cannot be written',
    fields: faultKinds,
    text: ({ reason }) => `what is seen of sectors is not kept: ${reason}; calls are passed on all the same`,
  }),
  'sightings.keptAgain': event({
    level: 'info',
    when: 'what is seen of sectors is written again',
    fields: {},
    text: () => 'what is seen of sectors is kept again',
  }),
};
