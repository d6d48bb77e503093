/** What each key of a worker's file means: the part of docs/config.md that nothing else knows. Read by tests alone. */
import type { WorkerConfig } from '#src/config/worker-config.js';

export interface KeyText {
  /** Its path: `[]` for the items of a list, `<word>` for one of `names`, `<name>` for any name. */
  readonly key: string;
  /** What it means, in one sentence. */
  readonly says: string;
  /** A value that is not the default. */
  readonly example: unknown;
  /** What holds where the key is not set, if no setting of the configuration shows it. */
  readonly otherwise?: string | ((config: WorkerConfig) => string);
  readonly names?: readonly string[];
  /** Ours in a table of upstream's. */
  readonly isOurs?: boolean;
}

export interface TableText {
  readonly title: string;
  readonly about?: string;
  readonly keys: readonly KeyText[];
}

/** Upstream's, except the processors. */
export const upstreamTables: readonly TableText[] = [
  {
    title: '[worker]',
    keys: [
      {
        key: 'worker.name',
        says: 'The name under which the worker reports to its manager.',
        example: 'w1',
        otherwise: 'the local IP address that reaches the manager',
      },
      { key: 'worker.rpc_server.host', says: 'The address to listen on.', example: '127.0.0.1' },
      { key: 'worker.rpc_server.port', says: 'The port to listen on; 0 lets the system choose.', example: 0 },
      { key: 'worker.ping_interval', says: 'The time between two reports to the manager.', example: '1min' },
      {
        key: 'worker.local_pieces_dirs',
        says: 'Directories with pieces, each file named by its piece CID; they are tried before a download.',
        example: ['/pieces'],
        otherwise: 'none',
      },
      {
        key: 'worker.local_pieces_dir',
        says: 'The old spelling for a single directory; it has no effect beside `local_pieces_dirs`.',
        example: '/pieces',
        otherwise: 'none',
      },
      {
        key: 'worker.scan_persist_stores',
        says: 'Directories to scan for stores: every store is an `[[attached]]` table here.',
        example: ['/stores'],
        otherwise: 'none',
      },
    ],
  },
  {
    title: '[metrics]',
    about: 'A worker always serves `/metrics` on the port of `worker.rpc_server`.',
    keys: [
      { key: 'metrics.enable', says: 'Whether metrics are served.', example: true, otherwise: 'always' },
      {
        key: 'metrics.http_listen',
        says: 'The address of a separate metrics server.',
        example: '0.0.0.0:9000',
        otherwise: 'none',
      },
    ],
  },
  {
    title: '[sector_manager]',
    keys: [
      {
        key: 'sector_manager.rpc_client.addr',
        says: 'The address of the manager.',
        example: '/dns/manager.lan/tcp/1789',
      },
      {
        key: 'sector_manager.rpc_client.headers.<name>',
        says: 'A header that is sent with each request to the manager, such as `Authorization`; never printed.',
        example: 'Bearer abc',
        otherwise: 'none',
      },
      {
        key: 'sector_manager.piece_token',
        says: 'The bearer token that is sent with piece downloads; never printed.',
        example: 'abc',
        otherwise: 'none',
      },
    ],
  },
  {
    title: '[sealing]',
    about: 'How every thread seals; `[[sealing_thread]]` and `<location>/config.toml` override each key.',
    keys: [
      {
        key: 'sealing.allowed_miners',
        says: 'The miners whose sectors are taken, by actor number.',
        example: [10000],
        otherwise: 'all',
      },
      {
        key: 'sealing.allowed_sizes',
        says: 'The sector sizes that are taken.',
        example: ['32GiB', '64GiB'],
        otherwise: 'all',
      },
      { key: 'sealing.enable_deals', says: 'Whether deals are asked for each new sector.', example: true },
      {
        key: 'sealing.disable_cc',
        says: 'Whether a sector waits until it has a deal, instead of being sealed empty; needs `enable_deals`.',
        example: true,
      },
      {
        key: 'sealing.max_deals',
        says: 'The most deals in one sector.',
        example: 3,
        otherwise: 'as many as fit',
      },
      {
        key: 'sealing.min_deal_space',
        says: 'The least space that deals must fill for a sector to take them.',
        example: '8GiB',
        otherwise: 'none',
      },
      {
        key: 'sealing.max_retries',
        says: 'How many times in a row a stage is repeated after temporary failures, before its thread pauses.',
        example: 3,
      },
      { key: 'sealing.seal_interval', says: 'The pause between two sectors of a thread.', example: '1min' },
      {
        key: 'sealing.recover_interval',
        says: 'The wait before a stage is repeated, and before a job or deals are asked for again.',
        example: '2min',
      },
      {
        key: 'sealing.rpc_polling_interval',
        says: 'The time between two looks at a message on chain, and, under a manager that does not answer heartbeats as ours does, between two requests what it wants of an unchanged sector.',
        example: '5min',
      },
      {
        key: 'sealing.ignore_proof_check',
        says: 'Whether C2 proofs are submitted without being checked here first.',
        example: true,
      },
      {
        key: 'sealing.request_task_max_retries',
        says: 'How many times a thread that waits for deals is answered that there are none before it reads `<location>/config.toml` again.',
        example: 10,
      },
      {
        key: 'sealing.verify_after_pc2',
        says: 'Whether C1 is run once after PC2, with a seed of its own, to find a sector that cannot be proven before the pre-commit.',
        example: true,
      },
    ],
  },
  {
    title: '[[sealing_thread]]',
    about:
      'One table a thread, at least one. A thread is known by its location; its index is its place in the file.',
    keys: [
      {
        key: 'sealing_thread[].location',
        says: 'The directory of the thread: its record and the sector in work; relative to the working directory.',
        example: '/mnt/nvme2/store',
        otherwise: 'required, except with plan wdpost',
      },
      {
        key: 'sealing_thread[].plan',
        says: 'The kind of jobs the thread does ([plans](plans.md)); the current job keeps its own.',
        example: 'snapup',
      },
      {
        key: 'sealing_thread[].sealing.<key>',
        says: 'Any key of `[sealing]`, for this thread.',
        example: [10001],
        otherwise: 'as in `[sealing]`',
        names: [
          ...['allowed_miners', 'allowed_sizes', 'enable_deals', 'disable_cc', 'max_deals', 'min_deal_space'],
          ...['max_retries', 'seal_interval', 'recover_interval', 'rpc_polling_interval'],
          ...['ignore_proof_check', 'request_task_max_retries', 'verify_after_pc2'],
        ],
      },
    ],
  },
  {
    title: '[[attached]]',
    about:
      'The stores that finished sectors are kept in, tried in the order of the file. See [disks](operations.md#waiting).',
    keys: [
      {
        key: 'attached[].name',
        says: 'The name of the store, as managers and reports know it.',
        example: 'store-7',
        otherwise: 'its location',
      },
      { key: 'attached[].location', says: 'Its directory.', example: '/mnt/store8' },
      {
        key: 'attached[].readonly',
        says: 'Whether sectors in it are only read: upgraded, unsealed, proven.',
        example: true,
        otherwise: ({ attached }) => String(attached[0]?.readonly),
      },
      {
        key: 'remote_store.<key>',
        says: 'The old spelling of a single `[[attached]]`, with the same keys.',
        example: 'store-7',
        otherwise: 'none',
        names: ['name', 'location', 'readonly'],
      },
      {
        key: 'attached_selection.enable_space_weighted',
        says: 'Whether a store is drawn by lot, each as likely as it has free space, instead of the first with room.',
        example: true,
      },
    ],
  },
];

/** Of `<location>/config.toml`. */
export const hotKeys: Readonly<Record<string, string>> = {
  location: 'No effect, with one warning: a thread cannot be moved by it.',
  plan: 'As in `[[sealing_thread]]`; the current job keeps its own.',
  sealing: 'A table with any key of `[sealing]`.',
};
