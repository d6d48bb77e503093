import { isErrorCode, SealvisorError } from '../protocol/errors.js';

/** An error as it is sent between threads: Comlink alone would lose class, code and cause. */
export interface WireError {
  readonly code: string | null;
  readonly name: string;
  readonly message: string;
  readonly stack: string | null;
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly cause: WireError | null;
}

/** The answer to a call: a value or an error, never a throw. */
export type WireAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: WireError };

const deepestCause = 5;

export function toWireError(thrown: unknown, depth = 0): WireError {
  if (!(thrown instanceof Error))
    return { code: null, name: 'Error', message: String(thrown), stack: null, data: null, cause: null };
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : null;
  return {
    code,
    name: thrown.name,
    message: thrown.message,
    stack: thrown.stack ?? null,
    data: thrown instanceof SealvisorError ? (thrown.data ?? null) : null,
    cause: thrown.cause === undefined || depth >= deepestCause ? null : toWireError(thrown.cause, depth + 1),
  };
}

export function fromWireError(wire: WireError): Error {
  const cause = wire.cause === null ? {} : { cause: fromWireError(wire.cause) };
  if (isErrorCode(wire.code)) {
    const ours = new SealvisorError(wire.code, wire.message, {
      ...cause,
      ...(wire.data === null ? {} : { data: wire.data }),
    });
    if (wire.stack !== null) ours.stack = wire.stack;
    return ours;
  }
  const error = Object.assign(new Error(wire.message, cause), { name: wire.name });
  if (wire.stack !== null) error.stack = wire.stack;
  return wire.code === null ? error : Object.assign(error, { code: wire.code });
}

/** Runs a call and packs its outcome. */
export async function answerOf<T>(call: () => T | Promise<T>): Promise<WireAnswer<T>> {
  try {
    return { ok: true, value: await call() };
  } catch (thrown) {
    return { ok: false, error: toWireError(thrown) };
  }
}

export function unpack<T>(answer: WireAnswer<T>): T {
  if (answer.ok) return answer.value;
  throw fromWireError(answer.error);
}
