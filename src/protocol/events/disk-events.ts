/** Events of the disks that hold a worker's threads and stores. */
import { event, faultKinds } from './event.js';

export const diskEvents = {
  'disk.silent': event({
    level: 'warn',
    when: 'a disk does not answer in time',
    fields: { path: 'text', since: 'text' },
    text: ({ path }) => `the disk of ${path} does not answer: work on it waits until it does`,
  }),
  'disk.answersAgain': event({
    level: 'warn',
    when: 'a disk that was silent answers',
    fields: { path: 'text', since: 'text' },
    text: ({ path, since }) => `the disk of ${path} answers again; it had not since ${since}`,
  }),
  'disk.returned': event({
    level: 'warn',
    when: 'the disk of a failed thread is there again',
    fields: { path: 'text', name: 'text' },
    text: ({ path, name }) => `the disk of ${path} is back: ${name} is started again`,
  }),
  'disk.threadNotStarted': event({
    level: 'warn',
    when: 'a thread whose disk is there again could not be started',
    fields: { name: 'text', ...faultKinds },
    text: ({ name, reason }) => `${name}: ${reason}`,
  }),
  'location.takenOver': event({
    level: 'warn',
    when: 'a location that another worker left is used from now on',
    fields: { path: 'text', holds: 'text', mark: 'text?' },
    text: ({ path, holds, mark }) => `${path} is taken over with what ${holds}; its mark is ${mark}`,
  }),
  'store.notUsed': event({
    level: 'warn',
    when: 'an attached store cannot be used at the start',
    fields: { store: 'text', ...faultKinds },
    text: ({ store, reason }) => `store ${store} is not used: ${reason}`,
  }),
  'store.notListed': event({
    level: 'warn',
    when: 'which sectors a store keeps cannot be read',
    fields: { store: 'text', ...faultKinds },
    text: ({ store, reason }) => `which sectors store ${store} keeps is not known: ${reason}`,
  }),
  'storeList.notKept': event({
    level: 'warn',
    when: "the list of the worker's disks cannot be written to one of them",
    fields: { path: 'text', ...faultKinds },
    text: ({ path, reason }) => `the list of this worker's stores cannot be kept in ${path}: ${reason}`,
  }),
};
