/** The rows of the routes of a manager in front of another one. */
import { sector, workersRows } from '../manager/routes.js';
import type { RouteRow } from '../route-row.js';
import { seenHistoryQuery } from './sectors.js';

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
