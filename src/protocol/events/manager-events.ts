/** Events of a manager: what it gives out, what its workers report, and what it forwards to them. */
import { event, type FieldKinds, faultKinds } from './event.js';

/** `worker`: the name with which it reports. */
const ofWorker = { worker: 'text' } as const satisfies FieldKinds;
const ofSector = { sector: 'text' } as const satisfies FieldKinds;
const reported = {
  ...ofSector,
  from: 'text',
  to: 'text',
  worker: 'text',
  severity: 'text?',
  reason: 'text?',
  abortReason: 'text?',
} as const satisfies FieldKinds;

const reportText = (report: {
  readonly sector: string;
  readonly from: string;
  readonly to: string;
  readonly worker: string;
  readonly severity?: string | undefined;
  readonly reason?: string | undefined;
  readonly abortReason?: string | undefined;
}) => {
  const { sector, from, to, worker, severity, reason, abortReason } = report;
  const change = from === to ? `at ${to}` : `${from} -> ${to}`;
  const failed = severity === undefined ? '' : `: ${severity}: ${reason ?? ''}`;
  const answer = abortReason === undefined ? '' : `; it is told to abort it: ${abortReason}`;
  return `sector ${sector} ${change} on ${worker}${failed}${answer}`;
};

export const managerEvents = {
  'worker.appeared': event({
    level: 'info',
    when: 'a worker reports to this manager for the first time since its start',
    fields: { ...ofWorker, address: 'text' },
    text: ({ worker, address }) => `worker ${worker} reports from ${address}`,
  }),
  'worker.moved': event({
    level: 'warn',
    when: 'a worker reports from another address',
    fields: { ...ofWorker, address: 'text', before: 'text' },
    text: ({ worker, address, before }) =>
      `worker ${worker} reports from ${address}, no longer from ${before}`,
  }),
  'worker.silent': event({
    level: 'warn',
    when: 'a worker has left out three reports, and none has come for three minutes',
    fields: { ...ofWorker, address: 'text', silentMs: 'number' },
    text: ({ worker, address, silentMs }) =>
      `worker ${worker} at ${address} has not reported for ${Math.round(silentMs / 1000)} s`,
  }),
  'worker.returned': event({
    level: 'info',
    when: 'a worker that was silent reports again',
    fields: ofWorker,
    text: ({ worker }) => `worker ${worker} reports again`,
  }),
  'worker.removed': event({
    level: 'info',
    when: 'somebody has removed a worker from the list',
    fields: ofWorker,
    text: ({ worker }) => `worker ${worker} is removed from the list`,
  }),
  'worker.namesakes': event({
    level: 'warn',
    when: 'several living workers report with one name',
    fields: { ...ofWorker, labels: 'texts' },
    text: ({ worker, labels }) =>
      `${labels.length} workers report as ${worker}: ${labels.join(', ')}; give each its own [worker] name`,
  }),
  'sector.given': event({
    level: 'info',
    when: 'a worker has got a sector to seal',
    fields: ofSector,
    text: ({ sector }) => `gave out sector ${sector}`,
  }),
  'job.given': event({
    level: 'info',
    when: 'a worker has got a job beside sealing that is about one sector',
    fields: { job: 'text', ...ofSector },
    text: ({ job, sector }) => `gave out ${job} of sector ${sector}`,
  }),
  'windowProof.given': event({
    level: 'info',
    when: 'a worker has got window proofs to make',
    fields: { jobs: 'texts', worker: 'text' },
    text: ({ jobs, worker }) => `gave out ${jobs.join(', ')} to ${worker}`,
  }),
  'windowProof.ended': event({
    level: 'info',
    when: 'a worker is done with a window proof, or has failed',
    fields: { job: 'text', reason: 'text?' },
    text: ({ job, reason }) => `${job} ${reason === undefined ? 'is done' : `failed: ${reason}`}`,
  }),
  'unseal.ended': event({
    level: 'info',
    when: 'a worker has delivered a piece, or has failed to',
    fields: { ...ofSector, reason: 'text?' },
    text: ({ sector, reason }) =>
      `the unseal of sector ${sector} ${reason === undefined ? 'is done' : `failed: ${reason}`}`,
  }),
  'sector.dealsAcquired': event({
    level: 'info',
    when: 'a sector has got its pieces',
    fields: { ...ofSector, pieces: 'number' },
    text: ({ sector, pieces }) => `sector ${sector} has ${pieces} piece${pieces === 1 ? '' : 's'}`,
  }),
  'sector.ticketAssigned': event({
    level: 'info',
    when: 'a sector has got its ticket',
    fields: { ...ofSector, epoch: 'text' },
    text: ({ sector, epoch }) => `sector ${sector} has its ticket of epoch ${epoch}`,
  }),
  'sector.submitted': event({
    level: 'info',
    when: 'a worker has submitted a pre-commit or a proof of a sector',
    fields: { ...ofSector, submission: 'text', answer: 'text', reason: 'text?' },
    text: ({ sector, submission, answer, reason }) =>
      `the ${submission} of sector ${sector} is ${answer}${reason === undefined ? '' : `: ${reason}`}`,
  }),
  'sector.persisted': event({
    level: 'info',
    when: 'the files of a sector are in a store',
    fields: { ...ofSector, store: 'text' },
    text: ({ sector, store }) => `sector ${sector} is persisted in ${store}`,
  }),
  'sector.finalized': event({
    level: 'info',
    when: 'a worker has finished a sector or a job',
    fields: ofSector,
    text: ({ sector }) => `sector ${sector} is finalized`,
  }),
  'sector.aborted': event({
    level: 'info',
    when: 'a worker has aborted a sector or a job',
    fields: { ...ofSector, reason: 'text' },
    text: ({ sector, reason }) => `sector ${sector} is aborted by its worker: ${reason}`,
  }),
  'sector.reported': event({
    level: 'info',
    when: 'a worker reports a new state of a sector',
    fields: reported,
    text: reportText,
  }),
  'sector.reportedAgain': event({
    level: 'debug',
    when: 'a worker reports of a sector what it reported before',
    fields: reported,
    text: reportText,
  }),
  'call.refused': event({
    level: 'warn',
    when: 'a JSON-RPC call of a worker or a tool was answered with an error',
    fields: { method: 'text', sector: 'text?', ...faultKinds },
    text: ({ method, reason }) => `${method} failed: ${reason}`,
  }),
  'command.done': event({
    level: 'info',
    when: 'a command over REST was done, here or by the worker that it was passed on to',
    fields: { command: 'text', by: 'text?', reason: 'text?' },
    text: ({ command, by, reason }) => `${command}${askedText(by, reason)}`,
  }),
  'command.refused': event({
    level: 'warn',
    when: 'a command over REST was refused, here or by the worker that it was passed on to',
    fields: { command: 'text', by: 'text?', reason: 'text?', status: 'number', code: 'text?' },
    text: ({ command, by, reason, status }) =>
      `${command}${askedText(by, reason)} was refused (HTTP ${status})`,
  }),
  'numbers.learnt': event({
    level: 'warn',
    when: 'a worker has a sector whose number this manager never gave out',
    fields: { ...ofSector, worker: 'text?' },
    text: ({ sector, worker = '(without an id)' }) =>
      `${sector} was not given out here, but worker ${worker} has it: numbers continue behind it`,
  }),
  'pieces.found': event({
    level: 'info',
    when: 'a look at a pieces directory has found new pieces',
    fields: { count: 'number', first: 'text' },
    text: ({ count, first }) =>
      count === 1 ? `found a new piece: ${first}` : `found ${count} new pieces, the first is ${first}`,
  }),
  'pieces.unreadable': event({
    level: 'warn',
    when: 'a pieces directory holds what cannot be read',
    fields: { count: 'number', first: 'text', reason: 'text' },
    text: ({ count, first, reason }) =>
      `skipped ${count} file${count > 1 ? 's or directories' : ''} that cannot be read as pieces, the first is ${first}: ${reason}`,
  }),
  'pieces.unfitting': event({
    level: 'warn',
    when: 'a pieces directory holds files that fit no sector',
    fields: { count: 'number', first: 'text', sectorSize: 'number', payloadSize: 'number' },
    text: ({ count, first, sectorSize, payloadSize }) =>
      `skipped ${count} file${count > 1 ? 's' : ''} that fit no sector of ${sectorSize} bytes (empty, or over ${payloadSize} bytes), the first is ${first}`,
  }),
  'pieces.notLookedAt': event({
    level: 'warn',
    when: 'a pieces directory cannot be read any more',
    fields: faultKinds,
    text: ({ reason }) => `the pieces directory is not looked at now: ${reason}`,
  }),
};

function askedText(by: string | undefined, reason: string | undefined): string {
  return `${by === undefined ? '' : ` by ${by}`}${reason === undefined ? '' : `: ${reason}`}`;
}
