/** What a slot is, and how that changes. Plain values: `slot.ts` acts on them. */

/** `T` is the thread that is up. */
export type SlotState<T> =
  /** There is no thread yet: its supervisor starts it, now or when its backoff is over. */
  | { readonly kind: 'starting' }
  | { readonly kind: 'up'; readonly thread: T }
  /** The thread ended because it was asked to: nothing is being started. */
  | { readonly kind: 'gone' }
  /** Its supervisor gave up: it is started again by hand. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** It ends when its stage is done and is not started again. `thread`: while it is up; `failure`: why it was failed before. */
  | { readonly kind: 'leaving'; readonly thread?: T | undefined; readonly failure?: string | undefined };

export const atFirst = { kind: 'starting' } as const;

/** The next start is under way. */
export function starting<T>(state: SlotState<T>): SlotState<T> {
  return state.kind === 'gone' ? atFirst : state;
}

/** A thread is up. */
export function launched<T>(state: SlotState<T>, thread: T): SlotState<T> {
  return state.kind === 'leaving' ? { ...state, thread } : { kind: 'up', thread };
}

/** That thread has ended. It is only news of the thread that is up: a later one may have taken its place. */
export function ended<T>(state: SlotState<T>, thread: T, isCrash: boolean): SlotState<T> {
  if (threadOf(state) !== thread) return state;
  if (state.kind === 'leaving') return { ...state, thread: undefined };
  return isCrash ? atFirst : { kind: 'gone' };
}

/** Its supervisor gave up; one that is leaving, or failed already, stays what it is. */
export function parked<T>(state: SlotState<T>, reason: string): SlotState<T> {
  return state.kind === 'leaving' || state.kind === 'failed' ? state : { kind: 'failed', reason };
}

/** It is started by hand. */
export function unparked<T>(state: SlotState<T>): SlotState<T> {
  if (state.kind === 'leaving') return { ...state, failure: undefined };
  return state.kind === 'failed' ? atFirst : state;
}

/** It is removed, or the worker stops. */
export function leaving<T>(state: SlotState<T>): SlotState<T> {
  if (state.kind === 'leaving') return state;
  return { kind: 'leaving', thread: threadOf(state), failure: failureOf(state) };
}

/** The thread that can be called; undefined while there is none. */
export function threadOf<T>(state: SlotState<T>): T | undefined {
  return state.kind === 'up' || state.kind === 'leaving' ? state.thread : undefined;
}

/** Why the thread is failed; undefined while it is not. */
export function failureOf<T>(state: SlotState<T>): string | undefined {
  if (state.kind === 'leaving') return state.failure;
  return state.kind === 'failed' ? state.reason : undefined;
}

/** Whether waiting brings a thread: neither is one up, nor is it known that none comes. */
export function isAwaited<T>({ kind }: SlotState<T>): boolean {
  return kind === 'starting' || kind === 'gone';
}
