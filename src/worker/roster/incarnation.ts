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

  /** Asks it; what it does not answer within this time rejects. */
  within(deadlineMs: number): Remote<ThreadSide> {
    return threadOver((verb, args) => this.thread.call(verb, args, deadlineMs));
  }

  /** @throws when it does not answer */
  firstView(): Promise<ThreadView> {
    return this.within(firstViewMs).view();
  }

  /** Resolves when it is gone. */
  async kill(): Promise<void> {
    this.thread.kill();
    await this.thread.exited;
  }

  /** A row for its history. A thread that dies again misses it: its next start writes one of its own. */
  noteRestart(after: string): void {
    const noted = this.within(noteMs).note('Restarted', `started again after: ${after}`);
    noted.catch(() => undefined);
  }

  /** As its supervisor handles it. */
  supervised() {
    return { ...this.#ending.child, facts: () => this.#facts() };
  }

  /** Lets its stage end, at most `stageMs`, then ends it. False when it cannot be ended and is left behind. */
  async drain(stageMs: number): Promise<boolean> {
    const stopped = this.within(Math.max(stageMs, 1)).stop();
    await stopped.catch(() => undefined);
    // Here and not by the supervisor, which would end one thread after the other.
    return this.#ending.stop();
  }

  #facts(): NodeFacts {
    const { heartbeatAgeMs, heapBytes } = this.thread.stats();
    return { threadId: this.thread.threadId, heartbeatAgeMs, heapBytes };
  }
}

/** Why a thread crashed, without its name. */
export function crashReason(error: unknown, name: string): string {
  const { code, cause } = error instanceof SealvisorError ? error : { code: undefined, cause: undefined };
  if (code === 'thread_gone' && cause !== undefined) return messageOf(cause);
  return messageOf(error).replace(`${name} `, '');
}
