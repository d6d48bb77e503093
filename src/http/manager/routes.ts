/** The rows of a manager's routes. */
import type { ErrorCode } from '../../protocol/errors.js';
import { noThread, ofThread, type RouteRow } from '../route-row.js';
import { askedBody, pauseBody, resumeBody } from '../thread-bodies.js';
import { snapUpBody, unsealBody, wdPostBody } from './jobs.js';

const worker = '/api/v1/workers/:name';
/** The worker must be known, trusted and reachable. */
const ofWorker: readonly ErrorCode[] = [
  'worker_not_found',
  'ambiguous_worker',
  'untrusted_address',
  'wrong_worker',
  'unreachable',
  'bad_answer',
  'deadline_exceeded',
];

/** The routes of workers, of both kinds of manager. */
export const workersRows: readonly RouteRow[] = [
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

export const sector = '/api/v1/sectors/:id';
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
    errors: [...ofJob, 'usage'],
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
