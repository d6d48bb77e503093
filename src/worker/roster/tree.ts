/** The sealing threads under their supervisors: each has its own limit, and past it is parked as failed while the others continue. */
import { type ChildSpec, startTree, type Tree, type TreeNode } from '../../actors/index.js';
import { messageOf } from '../../protocol/errors.js';
import type { SupervisedSlot } from './slot.js';

const intensity = 5;
const periodMs = 60_000;
const backoff = { minMs: 100, maxMs: 10_000 };

const idOf = (slot: SupervisedSlot) => `thread-${slot.index}`;

export class ThreadTree {
  /** The threads of the moment. */
  readonly #slots: () => readonly SupervisedSlot[];
  /** Each thread's own supervisor, by index. */
  readonly #trees = new Map<number, Tree>();
  /** The supervisor of all of them, once it is started. */
  #threads: Tree | undefined;

  constructor(slots: () => readonly SupervisedSlot[]) {
    this.#slots = slots;
  }

  /** The `threads` supervisor, for the worker's tree. */
  get spec(): ChildSpec {
    return { id: 'threads', type: 'supervisor', start: () => this.#startAll() };
  }

  /** Starts a failed thread again; false when it is not failed. @throws what its start failed with */
  async restart(slot: SupervisedSlot): Promise<boolean> {
    if (slot.failure() === undefined) return false;
    await this.#threads?.supervisor.restartChild(idOf(slot));
    return true;
  }

  /** Starts one more thread. */
  async add(slot: SupervisedSlot): Promise<void> {
    await this.#threads?.supervisor.startChild(this.#specOf(slot));
  }

  /** Ends a thread for good, at once. */
  async remove(slot: SupervisedSlot): Promise<void> {
    this.#trees.delete(slot.index);
    await this.#threads?.supervisor.terminateChild(idOf(slot));
    await this.#threads?.supervisor.deleteChild(idOf(slot));
  }

  /** Every thread's first start is under way before the supervisor comes to it: it starts its children one by one. */
  async #startAll() {
    const started = this.#slots().map((slot) => ({ slot, first: this.#boot(slot) }));
    const threads = await startTree({
      children: started.map(({ slot, first }) => this.#specOf(slot, first)),
    });
    this.#threads = threads;
    return { ...threads, children: () => this.#slots().map((slot) => this.#nodeOf(slot)) };
  }

  /** `first`: what its first start comes to; the next ones are made here. */
  #specOf(slot: SupervisedSlot, first?: Promise<Tree | 'ignore'>): ChildSpec {
    let waiting = first;
    return {
      id: idOf(slot),
      type: 'supervisor',
      // Its end past the limit is `shutdown`: it stays down, and its spec stays for a restart by hand.
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

  /** One thread under a supervisor of its own: its limit ends it alone. */
  async #startOne(slot: SupervisedSlot): Promise<Tree> {
    slot.unpark();
    const tree = await startTree({
      intensity,
      periodMs,
      backoff,
      // What has stopped because it was asked to is not started again.
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

/** Its supervisor has given up. */
function parkedText(slot: SupervisedSlot): string {
  if (slot.isDiskMissing()) return slot.lastExit();
  return `it ended more than ${intensity} times within ${periodMs / 1000} s, at last: ${slot.lastExit()}`;
}

/** A thread that is not up, or failed. */
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
