/** The sealing threads under their supervisors: each has its own limit, and past it stands still while the others go on. */
import { type ChildSpec, startTree, type Tree, type TreeNode } from '../../actors/index.js';
import { messageOf } from '../../protocol/errors.js';
import type { SupervisedSlot } from './slot.js';

export interface ThreadTree {
  /** The `threads` supervisor, for the worker's tree. */
  readonly spec: ChildSpec;
  /** Starts a failed thread again; false when it is not failed. @throws what its start failed with */
  restart(slot: SupervisedSlot): Promise<boolean>;
  /** Starts one more thread. */
  add(slot: SupervisedSlot): Promise<void>;
  /** Ends a thread for good, at once. */
  remove(slot: SupervisedSlot): Promise<void>;
}

const intensity = 5;
const periodMs = 60_000;
const backoff = { minMs: 100, maxMs: 10_000 };

const idOf = (slot: SupervisedSlot) => `thread-${slot.index}`;

/** `slots`: the threads of the moment. */
export function threadTree(slots: () => readonly SupervisedSlot[]): ThreadTree {
  const trees = new Map<number, Tree>();
  let threads: Tree | undefined;

  /** One thread's own supervisor: its limit ends it alone. */
  const startSlot = async (slot: SupervisedSlot) => {
    slot.unpark();
    const tree = await startTree({
      intensity,
      periodMs,
      backoff,
      // What has stopped because it was asked to is not started again.
      children: [{ id: idOf(slot), start: () => slot.start(), restart: 'transient', shutdown: 'infinity' }],
    });
    trees.set(slot.index, tree);
    let isAsked = false;
    void tree.exited.then(() => {
      if (isAsked) return;
      const often = `it ended more than ${intensity} times within ${periodMs / 1000} s, at last: `;
      slot.park(slot.isDiskMissing() ? slot.lastExit() : `${often}${slot.lastExit()}`);
    });
    const asked = <R>(end: () => R): R => {
      isAsked = true;
      return end();
    };
    return { ...tree, stop: () => asked(tree.stop), kill: () => asked(tree.kill) };
  };
  const boot = (slot: SupervisedSlot): Promise<Tree | 'ignore'> =>
    startSlot(slot).catch((error: unknown) => {
      slot.park(messageOf(error));
      return 'ignore' as const;
    });
  /** `boots`: every thread's first start is under way already, for a supervisor starts its children one by one. */
  const specOf = (slot: SupervisedSlot, boots: Map<number, Promise<Tree | 'ignore'>>): ChildSpec => ({
    id: idOf(slot),
    type: 'supervisor',
    // Its end past the limit is `shutdown`: it stays down, and its spec stays for a restart by hand.
    restart: 'transient',
    start: () => {
      const first = boots.get(slot.index);
      boots.delete(slot.index);
      return first ?? boot(slot);
    },
  });
  const nodeOf = (slot: SupervisedSlot): TreeNode => {
    const [node] = trees.get(slot.index)?.children() ?? [];
    const failure = slot.failure();
    if (node && failure === undefined) return node;
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
  };
  return {
    spec: {
      id: 'threads',
      type: 'supervisor',
      start: async () => {
        const boots = new Map(slots().map((slot) => [slot.index, boot(slot)]));
        threads = await startTree({ children: slots().map((slot) => specOf(slot, boots)) });
        return { ...threads, children: () => slots().map(nodeOf) };
      },
    },
    restart: async (slot) => {
      if (slot.failure() === undefined) return false;
      await threads?.supervisor.restartChild(idOf(slot));
      return true;
    },
    add: async (slot) => {
      await threads?.supervisor.startChild(specOf(slot, new Map()));
    },
    remove: async (slot) => {
      trees.delete(slot.index);
      await threads?.supervisor.terminateChild(idOf(slot));
      await threads?.supervisor.deleteChild(idOf(slot));
    },
  };
}
