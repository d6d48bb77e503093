import { backoffMs, mustRestart, withRestart } from './policy.js';
import type { Child, ChildSpec, Exit, Supervisor, SupervisorSpec } from './spec.js';

interface Slot {
  readonly spec: ChildSpec;
  child: Child | undefined;
}

/** Starts the children first to last and keeps them alive, one_for_one. Rejects with a failing child's reason; nothing is left running. */
export async function startSupervisor(spec: SupervisorSpec): Promise<Supervisor> {
  const { intensity = 1, periodMs = 5000, backoff = 'none' } = spec;
  const slots: Slot[] = spec.children.map((child) => ({ spec: child, child: undefined }));
  const timers = new Set<NodeJS.Timeout>();
  let restarts: readonly number[] = [];
  let isEnding = false;
  let ended: (exit: Exit) => void = () => undefined;
  const exited = new Promise<Exit>((resolve) => {
    ended = resolve;
  });

  const watch = (slot: Slot, child: Child) => {
    slot.child = child;
    void child.exited.then((exit) => {
      slot.child = undefined;
      if (!isEnding && mustRestart(slot.spec.restart ?? 'permanent', exit)) restart(slot);
    });
  };
  const restart = (slot: Slot) => {
    restarts = withRestart(restarts, performance.now(), periodMs);
    if (restarts.length > intensity) {
      void end('shutdown');
      return;
    }
    const timer = setTimeout(
      () => {
        timers.delete(timer);
        void revive(slot);
      },
      backoffMs(backoff, restarts.length, Math.random()),
    );
    timers.add(timer);
  };
  const revive = async (slot: Slot) => {
    try {
      const child = await slot.spec.start();
      // It came up while the supervisor was going: nobody waits for it any more.
      if (isEnding) child.kill();
      else watch(slot, child);
    } catch {
      if (!isEnding) restart(slot);
    }
  };
  let ending: Promise<void> | undefined;
  const end = (kind: 'shutdown' | 'killed'): Promise<void> => {
    isEnding = true;
    for (const timer of timers) clearTimeout(timer);
    ending ??= (async () => {
      for (const slot of slots.toReversed()) await stopChild(slot, kind);
      ended({ kind });
    })();
    return ending;
  };

  for (const slot of slots) {
    try {
      watch(slot, await slot.spec.start());
    } catch (reason) {
      await end('shutdown');
      throw reason;
    }
  }
  return { exited, stop: () => end('shutdown'), kill: () => void end('killed') };
}

/** Asks politely, then kills at the deadline; resolves when the child is gone. */
async function stopChild({ spec, child }: Slot, kind: 'shutdown' | 'killed'): Promise<void> {
  if (!child) return;
  const { shutdown = 5000 } = spec;
  if (kind === 'killed') child.kill();
  else {
    const timer = shutdown === 'infinity' ? undefined : setTimeout(() => child.kill(), shutdown);
    void child.exited.then(() => clearTimeout(timer));
    try {
      await child.stop();
    } catch {
      child.kill();
    }
  }
  await child.exited;
}
