/** Events of a daemon as a whole: its start, its configuration, its log, its end. */
import { event, faultKinds } from './event.js';

export const daemonEvents = {
  'worker.listening': event({
    level: 'info',
    when: 'a worker takes commands',
    fields: { name: 'text', threads: 'number', address: 'text' },
    text: ({ name, threads, address }) => `worker ${name} with ${threads} threads listens on ${address}`,
  }),
  'manager.homeChosen': event({
    level: 'info',
    when: 'a manager was not told where to keep its state',
    fields: { note: 'text' },
    text: ({ note }) => note,
  }),
  'manager.opened': event({
    level: 'info',
    when: 'a manager has opened its state',
    fields: { home: 'text', manager: 'text' },
    text: ({ home, manager }) => `state in ${home} (manager ${manager})`,
  }),
  'manager.listening': event({
    level: 'info',
    when: 'a manager answers workers',
    fields: { miner: 'text', address: 'text' },
    text: ({ miner, address }) => `manager of miner ${miner} (mock chain) listens on ${address}`,
  }),
  'front.opened': event({
    level: 'info',
    when: 'a manager in front of another one has opened its records',
    fields: { home: 'text' },
    text: ({ home }) => `what is seen of workers and sectors is kept in ${home}`,
  }),
  'front.listening': event({
    level: 'info',
    when: 'a manager in front of another one answers workers',
    fields: { upstream: 'text', address: 'text' },
    text: ({ upstream, address }) => `manager in front of ${upstream} listens on ${address}`,
  }),
  'fleet.progress': event({
    level: 'info',
    when: '`sealvisor start` tells of the local fleet as a whole',
    fields: { note: 'text' },
    text: ({ note }) => note,
  }),
  'fleet.summaryIncomplete': event({
    level: 'warn',
    when: '`sealvisor start` could not read a disk for its summary',
    fields: faultKinds,
    text: ({ reason }) => `not in the summary: ${reason}`,
  }),
  'daemon.stopAsked': event({
    level: 'info',
    when: 'somebody asked through a door that the daemon stop',
    fields: {},
    text: () => 'stop requested: stopping at a safe point',
  }),
  'daemon.stopping': event({
    level: 'info',
    when: 'SIGINT or SIGTERM came',
    fields: {},
    text: () => 'stopping at a safe point (once more: at once)',
  }),
  'daemon.stopped': event({
    level: 'info',
    when: 'all parts of the daemon have ended',
    fields: {},
    text: () => 'stopped; the same command continues from here',
  }),
  'daemon.failed': event({
    level: 'error',
    when: 'the daemon ends with an error and has a log file',
    fields: faultKinds,
    text: ({ reason }) => reason,
  }),
  'config.warned': event({
    level: 'warn',
    when: 'a key of a configuration file has no effect, or another than its author may expect',
    fields: { warning: 'text', thread: 'number?' },
    text: ({ warning }) => warning,
  }),
  'config.changed': event({
    level: 'info',
    when: 'a reload at SIGHUP has found a difference',
    fields: { change: 'text' },
    text: ({ change }) => change,
  }),
  'config.reloaded': event({
    level: 'info',
    when: 'a reload at SIGHUP is done',
    fields: { result: 'text' },
    text: ({ result }) => `reload: ${result}`,
  }),
  'config.reloadedBy': event({
    level: 'info',
    when: 'a reload has changed something',
    fields: { by: 'text' },
    text: ({ by }) => `the configuration is reloaded by ${by}`,
  }),
  'config.notReloaded': event({
    level: 'warn',
    when: 'a reload at SIGHUP is refused; the running configuration stays',
    fields: faultKinds,
    text: ({ reason }) => `nothing is reloaded: ${reason}`,
  }),
  'log.reopened': event({
    level: 'info',
    when: 'a manager got SIGHUP',
    fields: {},
    text: () => 'SIGHUP: the log is open again; nothing else is read again',
  }),
  'log.notReopened': event({
    level: 'error',
    when: 'the log file cannot be opened again at SIGHUP',
    fields: faultKinds,
    text: ({ reason }) => `${reason}; the file that was open is written to meanwhile`,
  }),
  'log.dropped': event({
    level: 'warn',
    when: 'lines of the log were dropped because it could not be written',
    fields: { count: 'number', since: 'text', reason: 'text' },
    text: ({ count, since, reason }) => {
      const lines = count === 1 ? '1 line was' : `${count.toLocaleString('en')} lines were`;
      return `${lines} dropped since ${since}: the log could not be written (${reason})`;
    },
  }),
};
