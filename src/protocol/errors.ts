/** How a refusal or fault appears to callers: HTTP status, process exit code, JSON-RPC error code. */
interface Outward {
  readonly http: number;
  readonly exit: 1 | 2 | 4;
  readonly rpc: number;
}

const wrongUsage = { http: 400, exit: 2, rpc: -32602 } as const;
const failed = { http: 500, exit: 1, rpc: -32000 } as const;
const refused = { http: 409, exit: 1, rpc: -32602 } as const;
const unreachable = { http: 502, exit: 4, rpc: -32004 } as const;

/** Every error code of the product, with its value on each transport. Also listed in docs/errors.md. */
export const errorCodes = {
  usage: wrongUsage,
  invalid_request: wrongUsage,
  thread_not_found: { http: 404, exit: 2, rpc: -32602 },
  unknown_state: wrongUsage,
  state_not_possible: refused,
  freeze_refused: refused,
  revision_conflict: refused,
  foreign_host: { http: 403, exit: 1, rpc: -32000 },
  foreign_origin: { http: 403, exit: 1, rpc: -32000 },
  not_found: { http: 404, exit: 1, rpc: -32601 },
  worker_not_found: { http: 404, exit: 1, rpc: -32602 },
  ambiguous_worker: { http: 409, exit: 1, rpc: -32602 },
  wrong_worker: { http: 409, exit: 1, rpc: -32602 },
  untrusted_address: { http: 403, exit: 1, rpc: -32000 },
  sector_not_found: { http: 404, exit: 1, rpc: -32602 },
  job_not_found: { http: 404, exit: 1, rpc: -32602 },
  no_job: { http: 404, exit: 1, rpc: -32000 },
  too_many: { http: 429, exit: 1, rpc: -32000 },
  not_your_sector: refused,
  upstream_decides: { http: 409, exit: 1, rpc: -32000 },
  other_manager: { http: 409, exit: 1, rpc: -32000 },
  body_too_large: { http: 413, exit: 1, rpc: -32600 },
  config_missing: { http: 500, exit: 2, rpc: -32000 },
  config_invalid: { http: 500, exit: 2, rpc: -32000 },
  location_shared: { http: 500, exit: 2, rpc: -32000 },
  location_not_writable: failed,
  location_in_use: failed,
  wrong_disk: failed,
  disk_hung: { http: 503, exit: 1, rpc: -32000 },
  port_taken: failed,
  unreachable,
  deadline_exceeded: { http: 504, exit: 4, rpc: -32004 },
  bad_answer: { http: 502, exit: 1, rpc: -32000 },
  remote_error: { http: 502, exit: 1, rpc: -32000 },
  thread_gone: { http: 503, exit: 1, rpc: -32000 },
  thread_hung: { http: 503, exit: 1, rpc: -32000 },
  thread_out_of_memory: { http: 503, exit: 1, rpc: -32000 },
  thread_limit: { http: 503, exit: 1, rpc: -32000 },
  thread_failed: { http: 409, exit: 1, rpc: -32000 },
  process_gone: { http: 503, exit: 1, rpc: -32000 },
  start_failed: failed,
  proofs_not_built: failed,
  record_unreadable: failed,
  store_failed: failed,
  piece_missing: { http: 404, exit: 1, rpc: -32000 },
  piece_mismatch: failed,
  not_a_sealed_sector: { http: 400, exit: 1, rpc: -32000 },
  data_damaged: failed,
  shutting_down: { http: 503, exit: 1, rpc: -32000 },
  internal: failed,
} as const satisfies Record<string, Outward>;

export type ErrorCode = keyof typeof errorCodes;

/** Whether the table has this code: a code from another version or another program may be unknown. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorCodes, code);
}

/** The one error class of the product: match on `code`, read `message` (what happened, to which thing, what to do). */
export class SealvisorError extends Error {
  override readonly name = 'SealvisorError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    options: { cause?: unknown; data?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.data = options.data;
  }
  /** Facts for machines, e.g. `possible` for a refused state. */
  readonly data: Readonly<Record<string, unknown>> | undefined;
}

/** Whether the other side of a JSON-RPC call understood it and refuses it for good: a retry does not help. */
export function isRefusal(thrown: unknown): boolean {
  return thrown instanceof SealvisorError && thrown.data?.rpcCode === wrongUsage.rpc;
}

/** Whether an upstream manager answers that it has no such sector in progress (its code 11001). */
export function isUnknownSector(thrown: unknown): boolean {
  return thrown instanceof SealvisorError && thrown.data?.rpcCode === 11001;
}

/** The message of anything that was thrown; never empty. */
export function messageOf(thrown: unknown): string {
  if (typeof thrown === 'object' && thrown !== null && 'syscall' in thrown && thrown.syscall === 'uv_cwd')
    return 'the working directory was removed: change to a directory that exists (cd), then try again';
  if (!(thrown instanceof Error))
    return typeof thrown === 'string' && thrown !== '' ? thrown : textOf(thrown);
  if (thrown.message.trim() !== '') return thrown.message;
  const cause = thrown.cause === undefined ? undefined : messageOf(thrown.cause);
  return cause ?? `${systemCodeOf(thrown) ?? thrown.name} without a message`;
}

function textOf(thrown: unknown): string {
  try {
    return `${JSON.stringify(thrown) ?? String(thrown)} was thrown, which is not an error`;
  } catch {
    return 'something was thrown that is not an error';
  }
}

/** The first text `code` of an error and its causes: the operating system's (`ENOSPC`, `ECONNREFUSED`, …) or one of ours. */
export function systemCodeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null) return undefined;
  if ('code' in thrown && typeof thrown.code === 'string') return thrown.code;
  return 'cause' in thrown ? systemCodeOf(thrown.cause) : undefined;
}
