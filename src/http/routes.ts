/** What each route is for, as docs/api.md lists it: a test finds a row for each route of the apps, and a route for each row. */
import type * as z from 'zod';
import type { ErrorCode } from '../protocol/errors.js';
import { eventsQuery } from './events.js';
import { snapUpBody, unsealBody, wdPostBody } from './manager/jobs.js';
import { askedBody, historyQuery, pauseBody, resumeBody } from './thread-bodies.js';
import { seenHistoryQuery } from './upstream/sectors.js';
import { adoptBody, drainBody, limitBody, reloadBody, stopBody } from './worker/bodies.js';

export interface RouteRow {
  /** As hono knows it: `POST /api/v1/threads/:index/pause`. */
  readonly route: string;
  readonly purpose: string;
  readonly body?: z.ZodType;
  readonly query?: z.ZodType;
  /** The answer's type in src/protocol, or what it is. */
  readonly answer: string;
  /** Codes of its own, beside those of every route. */
  readonly errors?: readonly ErrorCode[];
}

/** What every route can answer. */
export const everyRoute: readonly ErrorCode[] = [
  'invalid_request',
  'body_too_large',
  'too_many',
  'foreign_host',
  'foreign_origin',
  'internal',
];

const noThread = 'thread_not_found';
const thread = '/api/v1/threads/:index';
/** A thread that is to act has to be there, and its disk has to answer. */
const ofThread: readonly ErrorCode[] = [
  noThread,
  'revision_conflict',
  'thread_failed',
  'thread_gone',
  'disk_hung',
  'deadline_exceeded',
  'shutting_down',
];

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
    errors: ['shutting_down'],
  },
  {
    route: 'POST /api/v1/worker/uncordon',
    purpose: 'Lift cordon and drain.',
    body: askedBody,
    answer: '`WorkerReply`',
    errors: ['shutting_down'],
  },
  {
    route: 'POST /api/v1/worker/drain',
    purpose: 'Bring each thread to a safe point, and take no new sectors.',
    body: drainBody,
    answer: '`WorkerReply`',
    errors: ['shutting_down'],
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

const worker = '/api/v1/workers/:name';
/** A worker has to be known, trusted, and reached. */
const ofWorker: readonly ErrorCode[] = [
  'worker_not_found',
  'ambiguous_worker',
  'untrusted_address',
  'wrong_worker',
  'unreachable',
  'bad_answer',
  'deadline_exceeded',
];

/** The workers that reported: of a manager of either kind. */
const workersRows: readonly RouteRow[] = [
  { route: 'GET /api/v1/workers', purpose: 'The workers that reported.', answer: 'list of `WorkerEntry`' },
  {
    route: `GET ${worker}`,
    purpose: 'One worker that reported.',
    answer: '`WorkerEntry`',
    errors: ['worker_not_found', 'ambiguous_worker'],
  },
  {
    route: `DELETE ${worker}`,
    purpose: 'Forget a worker until it reports again.',
    answer: 'empty (204)',
    errors: ['worker_not_found', 'ambiguous_worker'],
  },
  {
    route: `GET ${worker}/threads`,
    purpose: "A worker's threads, of an upstream worker too.",
    answer: 'list of `ThreadView`',
    errors: ofWorker,
  },
  {
    route: `GET ${worker}/threads/:index`,
    purpose: 'One of them.',
    answer: '`ThreadView`',
    errors: [...ofWorker, noThread],
  },
  {
    route: `POST ${worker}/threads/:index/pause`,
    purpose: 'Pause it.',
    body: pauseBody,
    answer: '`ControlReply`',
    errors: [...ofWorker, ...ofThread, 'freeze_refused'],
  },
  {
    route: `POST ${worker}/threads/:index/resume`,
    purpose: 'Resume it.',
    body: resumeBody,
    answer: '`ControlReply`; with `dryRun` a `DryRun`',
    errors: [...ofWorker, ...ofThread, 'unknown_state', 'state_not_possible'],
  },
  {
    route: `POST ${worker}/threads/:index/restart`,
    purpose: 'Start it again.',
    body: askedBody,
    answer: '`ControlReply`',
    errors: [...ofWorker, noThread],
  },
  ...(['GET', 'POST', 'PUT', 'DELETE'] as const).map((method) => ({
    route: `${method} ${worker}/*`,
    purpose: "Any other route of the worker's own `/api/v1/*`, except events.",
    answer: "the worker's",
    errors: ofWorker,
  })),
];

const sector = '/api/v1/sectors/:id';
const ofJob: readonly ErrorCode[] = ['sector_not_found', 'state_not_possible'];

export const managerRows: readonly RouteRow[] = [
  { route: 'GET /healthz', purpose: 'Whether the daemon answers.', answer: '`{"status":"ok"}`' },
  ...['/', '/rpc/v0'].flatMap((path) => [
    {
      route: `POST ${path}`,
      purpose: 'JSON-RPC 2.0: the `Venus.` methods ([upstream-rpc](upstream-rpc.md)).',
      answer: 'JSON-RPC',
    },
    { route: `GET ${path}`, purpose: 'The same over a WebSocket.', answer: 'WebSocket' },
  ]),
  { route: 'GET /api/v1/tree', purpose: 'The supervisor tree.', answer: '`{"root": TreeNode}`' },
  ...workersRows,
  {
    route: 'GET /api/v1/sectors',
    purpose: 'The sectors that were given out.',
    answer: 'list of `SectorView`',
  },
  {
    route: `GET ${sector}`,
    purpose: 'One of them.',
    answer: '`SectorView`',
    errors: ['sector_not_found'],
  },
  {
    route: `GET ${sector}/history`,
    purpose:
      'Refused: the worker keeps the history of a sector; only a manager with `--upstream` keeps what it saw.',
    answer: 'none',
    errors: ['sector_not_found', 'not_found'],
  },
  {
    route: `POST ${sector}/abort`,
    purpose: 'Abort a sector; its worker receives it with its next answer.',
    body: askedBody,
    answer: '`SectorReply`',
    errors: ['sector_not_found', 'state_not_possible'],
  },
  {
    route: `POST ${sector}/snapup`,
    purpose: 'Have a finished sector without deals encoded again with pieces.',
    body: snapUpBody,
    answer: '`JobsReply`',
    errors: [...ofJob, 'piece_missing', 'usage'],
  },
  {
    route: `POST ${sector}/rebuild`,
    purpose: 'Have the files of a sector made again.',
    body: askedBody,
    answer: '`JobsReply`',
    errors: ofJob,
  },
  {
    route: `POST ${sector}/unseal`,
    purpose: 'Have pieces of a finished sector written back, a job for each.',
    body: unsealBody,
    answer: '`JobsReply`',
    errors: [...ofJob, 'piece_missing', 'usage'],
  },
  {
    route: 'POST /api/v1/wdpost',
    purpose: 'Have sectors proven over a fresh seed.',
    body: wdPostBody,
    answer: '`JobsReply`',
    errors: [...ofJob, 'job_not_found', 'usage'],
  },
  { route: 'GET /api/v1/jobs', purpose: 'The jobs that were requested.', answer: 'list of `JobView`' },
  { route: 'GET /api/v1/jobs/:id', purpose: 'One of them.', answer: '`JobView`', errors: ['job_not_found'] },
  {
    route: 'POST /api/v1/jobs/:id/cancel',
    purpose: 'Cancel a job; its worker receives it with its next heartbeat or report.',
    body: askedBody,
    answer: '`JobsReply`',
    errors: ['job_not_found', 'state_not_possible'],
  },
  {
    route: 'GET /piecestore/:cid',
    purpose: "A piece's payload; `Range` for a part of it.",
    answer: 'bytes',
    errors: ['piece_missing', 'other_manager'],
  },
];

const decides = { answer: 'none', errors: ['upstream_decides'] } as const;

export const upstreamRows: readonly RouteRow[] = [
  { route: 'GET /healthz', purpose: 'Whether the daemon answers.', answer: '`{"status":"ok"}`' },
  {
    route: 'GET /readyz',
    purpose: 'Whether upstream answers; 503 while it does not.',
    answer: '`{"status", "mode", "upstream"}`',
  },
  { route: 'GET /metrics', purpose: 'Metrics for Prometheus.', answer: 'text' },
  ...['/', '/rpc/v0'].flatMap((path) => [
    {
      route: `POST ${path}`,
      purpose: 'JSON-RPC: passed on, except reports of workers, which are read on the way.',
      answer: "upstream's",
    },
    { route: `GET ${path}`, purpose: 'The same over a WebSocket.', answer: 'WebSocket' },
  ]),
  {
    route: 'GET /piecestore/*',
    purpose: "Passed on: upstream's pieces.",
    answer: "upstream's",
    errors: ['unreachable'],
  },
  { route: 'GET /api/v1/tree', purpose: 'The supervisor tree.', answer: '`{"root": TreeNode}`' },
  {
    route: 'GET /api/v1/upstream',
    purpose: 'Whether upstream answers, since when, and its last fault.',
    answer: '`ReachState`',
  },
  ...workersRows,
  { route: 'GET /api/v1/sectors', purpose: 'The sectors that were seen.', answer: 'list of `SeenSector`' },
  { route: `GET ${sector}`, purpose: 'One of them.', answer: '`SeenSector`', errors: ['sector_not_found'] },
  {
    route: `GET ${sector}/history`,
    purpose: 'What was seen of a sector, oldest first.',
    query: seenHistoryQuery,
    answer: 'list of `SectorStep`',
    errors: ['sector_not_found'],
  },
  {
    route: `POST ${sector}/abort`,
    purpose: 'Refused: upstream decides about its sectors.',
    ...decides,
    errors: ['sector_not_found', 'upstream_decides'],
  },
  ...['snapup', 'rebuild', 'unseal'].map((verb) => ({
    route: `POST ${sector}/${verb}`,
    purpose: 'Refused: upstream decides about its sectors.',
    ...decides,
  })),
  { route: 'ALL /api/v1/jobs/*', purpose: 'Refused: upstream decides about its jobs.', ...decides },
  { route: 'POST /api/v1/wdpost', purpose: 'Refused: upstream decides about its proofs.', ...decides },
];
