/** The rows of a worker's routes. */
import type { ErrorCode } from '../../protocol/errors.js';
import { eventsQuery } from '../events.js';
import { noThread, ofThread, type RouteRow } from '../route-row.js';
import { askedBody, historyQuery, pauseBody, resumeBody } from '../thread-bodies.js';
import { adoptBody, drainBody, limitBody, reloadBody, stopBody } from './bodies.js';

const thread = '/api/v1/threads/:index';
/** Errors of a command that is kept in the worker's record. */
const kept: readonly ErrorCode[] = ['shutting_down', 'disk_hung', 'store_failed'];

export const workerRows: readonly RouteRow[] = [
  {
    route: 'GET /healthz',
    purpose: 'Whether the daemon answers.',
    answer: '`{"status":"ok"}`',
  },
  {
    route: 'GET /readyz',
    purpose: 'Whether the worker works; 503 while it drains or stops.',
    answer: '`{"status": life}`',
  },
  { route: 'GET /metrics', purpose: 'Metrics for Prometheus.', answer: 'text' },
  {
    route: 'GET /api/v1/threads',
    purpose: 'Every thread.',
    answer: 'list of `ThreadView`',
  },
  { route: `GET ${thread}`, purpose: 'One thread.', answer: '`ThreadView`', errors: [noThread] },
  {
    route: `POST ${thread}/pause`,
    purpose: 'Pause a thread; `waitMs` holds the answer until it is paused.',
    body: pauseBody,
    answer: '`ControlReply`',
    errors: [...ofThread, 'freeze_refused'],
  },
  {
    route: `POST ${thread}/resume`,
    purpose: 'Resume a thread, at its state or at another one; `dryRun` only says what would be redone.',
    body: resumeBody,
    answer: '`ControlReply`; with `dryRun` a `DryRun`',
    errors: [...ofThread, 'unknown_state', 'state_not_possible'],
  },
  {
    route: `POST ${thread}/restart`,
    purpose: 'Start a failed thread again, from its record.',
    body: askedBody,
    answer: '`ControlReply`',
    errors: [noThread, 'shutting_down'],
  },
  {
    route: `GET ${thread}/history`,
    purpose: 'What happened to a thread, oldest first.',
    query: historyQuery,
    answer: 'list of `HistoryRow`',
    errors: [noThread, 'disk_hung'],
  },
  {
    route: `GET ${thread}/estimate`,
    purpose: 'When the stage and the sector of a thread will be done.',
    answer: '`Estimate`',
    errors: [noThread],
  },
  {
    route: 'GET /api/v1/estimates',
    purpose: 'The same of every thread.',
    answer: 'list of `ThreadEstimate`',
  },
  {
    route: 'GET /api/v1/worker',
    purpose: 'The worker: its life, limits, breakers and counts.',
    answer: '`WorkerView`',
  },
  {
    route: 'POST /api/v1/worker/cordon',
    purpose: 'Take no new sectors.',
    body: askedBody,
    answer: '`WorkerReply`',
    errors: kept,
  },
  {
    route: 'POST /api/v1/worker/uncordon',
    purpose: 'Lift cordon and drain.',
    body: askedBody,
    answer: '`WorkerReply`',
    errors: kept,
  },
  {
    route: 'POST /api/v1/worker/drain',
    purpose: 'Bring each thread to a safe point, and take no new sectors.',
    body: drainBody,
    answer: '`WorkerReply`',
    errors: kept,
  },
  {
    route: 'POST /api/v1/worker/adopt',
    purpose: 'Adopt the manager that answers now, or the one that is named.',
    body: adoptBody,
    answer: '`WorkerReply`',
    errors: ['unreachable', 'other_manager', 'revision_conflict', 'shutting_down'],
  },
  {
    route: 'POST /api/v1/worker/stop',
    purpose: 'End the daemon at a safe point.',
    body: stopBody,
    answer: '`WorkerReply`',
  },
  {
    route: 'POST /api/v1/worker/reload',
    purpose:
      'Read the configuration again and apply what needs no restart; `dryRun` only lists the differences.',
    body: reloadBody,
    answer: '`ReloadReply`',
    errors: [
      'config_missing',
      'config_invalid',
      'location_shared',
      'location_in_use',
      'location_not_writable',
      'wrong_disk',
    ],
  },
  {
    route: 'PUT /api/v1/limits/:name',
    purpose: 'Set how many threads may do a stage at once, kept over restarts; `null` removes the limit.',
    body: limitBody,
    answer: '`WorkerReply`',
    errors: kept,
  },
  {
    route: 'POST /api/v1/breakers/:stage/close',
    purpose: 'Close a breaker: the threads that wait before the stage continue.',
    body: askedBody,
    answer: '`WorkerReply`',
  },
  {
    route: 'GET /api/v1/events',
    purpose: 'What changes, as server-sent events; `Last-Event-ID` resumes the stream.',
    query: eventsQuery,
    answer: 'stream of `reset`, `thread`, `row`, `worker`',
  },
  {
    route: 'GET /api/v1/machines/:plan',
    purpose: 'A plan and the statechart made from it.',
    answer: '`{"plan": …, "definition": …}`',
    errors: ['not_found'],
  },
  {
    route: 'GET /api/v1/tree',
    purpose: 'The supervisor tree.',
    answer: '`{"root": TreeNode}`',
  },
  {
    route: 'POST /*',
    purpose:
      "JSON-RPC 2.0: the `VenusWorker.` methods of upstream's command line, at any path except below `/api/`.",
    answer: 'JSON-RPC',
    errors: ['not_found'],
  },
];
