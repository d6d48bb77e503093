/**
 * All keys of a worker's file: upstream's (venus-worker, damocles-worker) and ours under `[sealvisor]`
 * (docs/spec.md#worker-configuration).
 */
import type * as z from 'zod';
import * as field from './field-types.js';
import { key, needed, section } from './key-facts.js';
import { processorsTable } from './processor-schema.js';
import { sealingTable, threadTables } from './sealing-schema.js';
import { sealvisorTable } from './sealvisor-schema.js';

const { table, list } = field;

const attachedTable = section(
  '[[attached]]',
  'The stores that finished sectors are kept in, tried in the order of the file. See [disks](operations.md#waiting).',
  {
    name: key(field.text, 'The name of the store, as managers and reports know it.', {
      example: 'store-7',
      applied: 'reload',
      otherwise: 'its location',
    }),
    location: needed(field.text, 'Its directory.', { example: '/mnt/store8', applied: 'reload' }),
    readonly: key(field.flag, 'Whether sectors in it are only read: upgraded, unsealed, proven.', {
      example: true,
      applied: 'reload',
    }),
  },
);

const managerTable = section('[sector_manager]', undefined, {
  rpc_client: table({
    addr: needed(field.managerAddress, 'The address of the manager.', {
      example: '/dns/manager.lan/tcp/1789',
      applied: 'restart',
      secret: withoutSecrets,
    }),
    headers: key(
      field.headers,
      'A header that is sent with each request to the manager, such as `Authorization`; never printed.',
      { example: 'Bearer abc', applied: 'restart', otherwise: 'none', secret: true },
    ),
  }),
  piece_token: key(field.headerText, 'The bearer token that is sent with piece downloads; never printed.', {
    example: 'abc',
    applied: 'restart',
    otherwise: 'none',
    secret: true,
  }),
});

/** A URL may contain a password or a token. */
function withoutSecrets(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname === '/' ? '' : pathname}`;
}

const ownTable = section('[worker]', undefined, {
  name: key(field.workerName, 'The name under which the worker reports to its manager.', {
    example: 'w1',
    applied: 'restart',
    otherwise: 'the local IP address that reaches the manager',
  }),
  rpc_server: table({
    host: key(field.text, 'The address to listen on.', { example: '127.0.0.1', applied: 'restart' }),
    port: key(field.port, 'The port to listen on; 0 lets the system choose.', {
      example: 0,
      applied: 'restart',
    }),
  }).optional(),
  ping_interval: key(field.interval, 'The time between two reports to the manager.', {
    example: '1min',
    applied: 'reload',
  }),
  local_pieces_dir: key(
    field.text,
    'The old spelling for a single directory; it has no effect beside `local_pieces_dirs`.',
    { example: '/pieces', applied: 'restart', otherwise: 'none' },
  ),
  local_pieces_dirs: key(
    field.texts,
    'Directories with pieces, each file named by its piece CID; they are tried before a download.',
    { example: ['/pieces'], applied: 'restart', otherwise: 'none' },
  ),
  scan_persist_stores: key(
    field.texts,
    'Directories to scan for stores: every store is an `[[attached]]` table here.',
    { example: ['/stores'], applied: 'never', otherwise: 'none' },
  ),
});

const metricsTable = section(
  '[metrics]',
  'A worker always serves `/metrics` on the port of `worker.rpc_server`.',
  {
    enable: key(field.flag, 'Whether metrics are served.', {
      example: true,
      applied: 'never',
      otherwise: 'always',
    }),
    http_listen: key(field.text, 'The address of a separate metrics server.', {
      example: '0.0.0.0:9000',
      applied: 'never',
      otherwise: 'none',
    }),
  },
);

export const workerTable = table({
  worker: ownTable.optional(),
  metrics: metricsTable.optional(),
  sector_manager: managerTable,
  sealing: sealingTable.optional(),
  sealing_thread: threadTables,
  attached: list(attachedTable, 'a list of tables: [[attached]]').optional(),
  remote_store: key(attachedTable, 'The old spelling of a single `[[attached]]`, with the same keys.', {
    example: { location: '/mnt/store8' },
    applied: 'reload',
    otherwise: 'none',
  }),
  attached_selection: table({
    enable_space_weighted: key(
      field.flag,
      'Whether a store is drawn by lot, each as likely as it has free space, instead of the first with room.',
      { example: true, applied: 'reload' },
    ),
  }).optional(),
  processors: processorsTable.optional(),
  sealvisor: sealvisorTable.optional(),
});

export type WorkerTable = z.output<typeof workerTable>;
