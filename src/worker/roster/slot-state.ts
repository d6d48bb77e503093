/** The states of a slot and their transitions. Pure: `slot.ts` acts on them. */

/** `T` is the thread that is up. */
export type SlotState<T> =
  /** There is no thread yet: its supervisor starts it, now or after its backoff. */
  | { readonly kind: 'starting' }
  | { readonly kind: 'up'; readonly thread: T }
  /** The thread was stopped or killed: no start is in progress. */
  | { readonly kind: 'gone' }
  /** Its supervisor gave up, or its start failed: it is only started again by hand or when its disk is back. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** It ends when its stage is done and is not restarted. `thread`: set while it is up; `failure`: why it had failed before. */
  | { readonly kind: 'leaving'; readonly thread?: T | undefined; readonly failure?: string | undefined };

export const atFirst = { kind: 'starting' } as const;

/** The next start is in progress. */
export function starting<T>(state: SlotState<T>): SlotState<T> {
  return state.kind === 'gone' ? atFirst : state;
}

/** A thread is up. */
export function launched<T>(state: SlotState<T>, thread: T): SlotState<T> {
  return state.kind === 'leaving' ? { ...state, thread } : { kind: 'up', thread };
}

/** That thread has ended. Ignored unless it is the current one: a later thread may have replaced it. */
export function ended<T>(state: SlotState<T>, thread: T, isCrash: boolean): SlotState<T> {
  if (threadOf(state) !== thread) return state;
  if (state.kind === 'leaving') return { ...state, thread: undefined };
  return isCrash ? atFirst : { kind: 'gone' };
}

/** It is parked as failed; a slot that is leaving or has already failed does not change. */
export function parked<T>(state: SlotState<T>, reason: string): SlotState<T> {
  return state.kind === 'leaving' || state.kind === 'failed' ? state : { kind: 'failed', reason };
}

/** It is being started: no longer failed. */
export function unparked<T>(state: SlotState<T>): SlotState<T> {
  if (state.kind === 'leaving') return { ...state, failure: undefined };
  return state.kind === 'failed' ? atFirst : state;
}

/** The thread is removed, or the worker stops. */
export function leaving<T>(state: SlotState<T>): SlotState<T> {
  if (state.kind === 'leaving') return state;
  return { kind: 'leaving', thread: threadOf(state), failure: failureOf(state) };
}

/** The thread that can be called; undefined while there is none. */
export function threadOf<T>(state: SlotState<T>): T | undefined {
  return state.kind === 'up' || state.kind === 'leaving' ? state.thread : undefined;
}

/** Why the thread has failed; undefined while it has not. */
export function failureOf<T>(state: SlotState<T>): string | undefined {
  if (state.kind === 'leaving') return state.failure;
  return state.kind === 'failed' ? state.reason : undefined;
}

/** Whether it makes sense to wait for a thread: none is up, but one may still be started. */
export function isAwaited<T>({ kind }: SlotState<T>): boolean {
  return kind === 'starting' || kind === 'gone';
}
