/** One launched thread of a slot, from its first view to its end. */
import type { Exit, NodeFacts } from '../../actors/index.js';
import { messageOf, SealvisorError } from '../../protocol/errors.js';
import type { ThreadView } from '../../protocol/thread.js';
import type { ThreadChild } from '../../threads/index.js';
import { type Remote, threadOver } from '../border/calls.js';
import type { ThreadSide } from '../border/contract.js';
import { type Abandonable, abandonable } from './abandoned.js';

const firstViewMs = 5000;
const noteMs = 5000;

export class Incarnation {
  readonly thread: ThreadChild;
  readonly exited: Promise<Exit>;
  readonly #ending: Abandonable;

  constructor(thread: ThreadChild) {
    this.thread = thread;
    this.exited = thread.exited;
    this.#ending = abandonable(thread);
  }

  /** Calls to the thread; a call that is not answered within `deadlineMs` rejects. */
  within(deadlineMs: number): Remote<ThreadSide> {
    return threadOver((verb, args) => this.thread.call(verb, args, deadlineMs));
  }

  /** @throws when the thread does not answer */
  firstView(): Promise<ThreadView> {
    return this.within(firstViewMs).view();
  }

  /** Resolves when the thread has exited. */
  async kill(): Promise<void> {
    this.thread.kill();
    await this.thread.exited;
  }

  /** Writes a row to its history. If the thread dies before that, the row is missing; its next start writes its own. */
  noteRestart(after: string): void {
    const noted = this.within(noteMs).note('Restarted', `started again after: ${after}`);
    noted.catch(() => undefined);
  }

  /** The child for its supervisor. */
  supervised() {
    return { ...this.#ending.child, facts: () => this.#facts() };
  }

  /** Waits at most `stageMs` for its stage to end, then stops the thread. False when it cannot be stopped and is left behind. */
  async drain(stageMs: number): Promise<boolean> {
    const stopped = this.within(Math.max(stageMs, 1)).stop();
    await stopped.catch(() => undefined);
    // Not left to the supervisor, which would stop the threads one by one.
    return this.#ending.stop();
  }

  #facts(): NodeFacts {
    const { heartbeatAgeMs, heapBytes } = this.thread.stats();
    return { threadId: this.thread.threadId, heartbeatAgeMs, heapBytes };
  }
}

/** Why a thread crashed, without the name of the thread. */
export function crashReason(error: unknown, name: string): string {
  const { code, cause } = error instanceof SealvisorError ? error : { code: undefined, cause: undefined };
  if (code === 'thread_gone' && cause !== undefined) return messageOf(cause);
  return messageOf(error).replace(`${name} `, '');
}
