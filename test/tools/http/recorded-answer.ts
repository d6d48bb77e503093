/** An answer of ours to a recorded request, beside the one that was recorded. */
import type { Exchange } from '../traffic.js';

export interface Answer {
  readonly id?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

const typeOf = (value: unknown) => (value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value);

/** Whether all that `before` has is in `now`, of the same kind; null stands for what there is none of. */
function missing(before: unknown, now: unknown, path = 'result'): string | undefined {
  if (before === null || now === null) return undefined;
  if (typeOf(before) !== typeOf(now)) return `${path}: ${typeOf(before)} was ${typeOf(now)}`;
  if (typeof before !== 'object' || Array.isArray(before)) return undefined;
  // Both are objects.
  const [old, current] = [before, now] as Record<string, unknown>[];
  for (const [key, value] of Object.entries(old ?? {})) {
    if (!(key in (current ?? {}))) return `${path}.${key} is missing`;
    const fault = missing(value, current?.[key], `${path}.${key}`);
    if (fault) return fault;
  }
  return undefined;
}

/** Methods that were unknown when it was recorded, and are answered today, or refused for what the sector is. */
const servedSince = /^Venus\.(SubmitPersisted|ListSectors|RestoreSector|SectorIndexerFind)$/;

/** What is wrong with the answer that we give now to a recorded request. */
export function judge(exchange: Exchange, now: Answer): string | undefined {
  const { method, answer, id } = exchange;
  if (now.id !== id) return `another id: ${String(now.id)}`;
  if (answer?.error?.code === -32601) {
    if (servedSince.test(method)) return now.error?.code === -32601 ? 'unknown again' : undefined;
    const isNamed = now.error?.code === -32601 && now.error.message.includes(method);
    return isNamed ? undefined : `an unknown method is not named: ${JSON.stringify(now)}`;
  }
  // A nil slice of Go's, which was refused when it was recorded.
  if (/expected array, received null/.test(answer?.error?.message ?? ''))
    return now.error?.code === -32602 ? 'an empty list is refused again' : undefined;
  if (answer?.error || now.error)
    return answer?.error?.code === now.error?.code ? undefined : JSON.stringify(now.error ?? now.result);
  return missing(answer?.result, now.result);
}
