/** The sealing threads under their supervisors: each has its own restart limit, past which it is parked as failed; the others continue. */
import { type ChildSpec, startTree, type Tree, type TreeNode } from '../../actors/index.js';
import { messageOf } from '../../protocol/errors.js';
import type { SupervisedSlot } from './slot.js';

const intensity = 5;
const periodMs = 60_000;
const backoff = { minMs: 100, maxMs: 10_000 };

const idOf = (slot: SupervisedSlot) => `thread-${slot.index}`;

export class ThreadTree {
  /** The current threads. */
  readonly #slots: () => readonly SupervisedSlot[];
  /** Each thread's own supervisor, by index. */
  readonly #trees = new Map<number, Tree>();
  /** The supervisor of all threads, once started. */
  #threads: Tree | undefined;

  constructor(slots: () => readonly SupervisedSlot[]) {
    this.#slots = slots;
  }

  /** The `threads` supervisor, for the worker's tree. */
  get spec(): ChildSpec {
    return { id: 'threads', type: 'supervisor', start: () => this.#startAll() };
  }

  /** Starts a failed thread again; false when it is not in the failed state. @throws the error of its start */
  async restart(slot: SupervisedSlot): Promise<boolean> {
    if (slot.failure() === undefined) return false;
    await this.#threads?.supervisor.restartChild(idOf(slot));
    return true;
  }

  /** Starts one more thread. */
  async add(slot: SupervisedSlot): Promise<void> {
    await this.#threads?.supervisor.startChild(this.#specOf(slot));
  }

  /** Stops a thread for good, without draining it. */
  async remove(slot: SupervisedSlot): Promise<void> {
    this.#trees.delete(slot.index);
    await this.#threads?.supervisor.terminateChild(idOf(slot));
    await this.#threads?.supervisor.deleteChild(idOf(slot));
  }

  /** All threads boot in parallel: the supervisor, which starts its children one by one, gets starts that are already in progress. */
  async #startAll() {
    const started = this.#slots().map((slot) => ({ slot, first: this.#boot(slot) }));
    const threads = await startTree({
      children: started.map(({ slot, first }) => this.#specOf(slot, first)),
    });
    this.#threads = threads;
    return { ...threads, children: () => this.#slots().map((slot) => this.#nodeOf(slot)) };
  }

  /** `first`: the first start, already in progress; later starts are made here. */
  #specOf(slot: SupervisedSlot, first?: Promise<Tree | 'ignore'>): ChildSpec {
    let waiting = first;
    return {
      id: idOf(slot),
      type: 'supervisor',
      // Past the limit it ends with `shutdown`: it stays down, and its spec is kept for a restart by hand.
      restart: 'transient',
      start: () => {
        const start = waiting ?? this.#boot(slot);
        waiting = undefined;
        return start;
      },
    };
  }

  #boot(slot: SupervisedSlot): Promise<Tree | 'ignore'> {
    return this.#startOne(slot).catch((error: unknown) => {
      slot.park(messageOf(error));
      return 'ignore' as const;
    });
  }

  /** Starts one thread under its own supervisor: its restart limit affects only this thread. */
  async #startOne(slot: SupervisedSlot): Promise<Tree> {
    slot.unpark();
    const tree = await startTree({
      intensity,
      periodMs,
      backoff,
      // A thread that was stopped on request is not restarted.
      children: [{ id: idOf(slot), start: () => slot.start(), restart: 'transient', shutdown: 'infinity' }],
    });
    this.#trees.set(slot.index, tree);
    let isAsked = false;
    void tree.exited.then(() => {
      if (!isAsked) slot.park(parkedText(slot));
    });
    const asked = <R>(end: () => R): R => {
      isAsked = true;
      return end();
    };
    return { ...tree, stop: () => asked(tree.stop), kill: () => asked(tree.kill) };
  }

  #nodeOf(slot: SupervisedSlot): TreeNode {
    const [node] = this.#trees.get(slot.index)?.children() ?? [];
    return node && slot.failure() === undefined ? node : nodeWithout(slot);
  }
}

/** Why a thread is parked after its supervisor gave up. */
function parkedText(slot: SupervisedSlot): string {
  if (slot.isDiskMissing()) return slot.lastExit();
  return `it ended more than ${intensity} times within ${periodMs / 1000} s, at last: ${slot.lastExit()}`;
}

/** The node of a thread that is not up or has failed. */
function nodeWithout(slot: SupervisedSlot): TreeNode {
  const failure = slot.failure();
  const { since, incarnation } = slot.view();
  return {
    id: idOf(slot),
    type: 'worker',
    strategy: null,
    status: failure === undefined ? 'down' : 'failed',
    incarnation,
    since,
    restarts: { inPeriod: 0, total: Math.max(0, incarnation - 1) },
    lastExit: { kind: 'crash', reason: failure ?? slot.lastExit(), at: since },
    heartbeatAgeMs: null,
    heapBytes: null,
    children: [],
  };
}
