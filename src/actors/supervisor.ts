import { type CheckedChildSpec, checkSpec } from './checked-spec.js';
import { afterExit } from './restarts.js';
import { newSlot } from './slot.js';
import type { Supervisor, SupervisorSpec } from './spec.js';
import { Supervision } from './supervision.js';
import * as verbs from './verbs.js';

/**
 * Checks the whole spec, starts the children first to last, and keeps them alive as OTP's `supervisor` does.
 * If a child fails to start, stops those before it, then rejects with the reason.
 * @throws SupervisorError with the code of the first invalid field, before anything is started
 */
export async function startSupervisor(spec: SupervisorSpec): Promise<Supervisor> {
  const checked = checkSpec(spec);
  const supervision = new Supervision(checked, afterExit);
  const { verbs: queue } = supervision;
  await queue.run(() => startAll(supervision, checked.children));
  return {
    exited: supervision.exited,
    stop: async () => {
      supervision.tell('SUPERVISOR.STOP');
      await supervision.exited;
    },
    kill: () => supervision.tell('SUPERVISOR.KILL'),
    startChild: (specOrArgs) => queue.run(() => verbs.startChild(supervision, specOrArgs)),
    terminateChild: (id) => {
      verbs.giveUpGroupStart(supervision, id);
      return queue.run(() => verbs.terminateChild(supervision, id));
    },
    restartChild: (id) => queue.run(() => verbs.restartChild(supervision, id)),
    deleteChild: (id) => queue.run(() => verbs.deleteChild(supervision, id)),
    changeSpec: (next) => queue.run(() => verbs.changeSpec(supervision, next)),
    whichChildren: () => verbs.alive(supervision).roster.info(),
    countChildren: () => verbs.alive(supervision).roster.counts(),
    getChildSpec: (id) => verbs.getChildSpec(verbs.alive(supervision), id),
    subscribe: (listener) => verbs.alive(supervision).listeners.subscribe(listener),
  };
}

async function startAll(supervision: Supervision, children: readonly CheckedChildSpec[]): Promise<void> {
  const { roster } = supervision;
  if (roster.template === undefined) for (const spec of children) roster.add(newSlot(spec));
  for (const slot of roster.inOrder()) {
    const starting = supervision.bringUpFirst(slot);
    const started = starting instanceof Promise ? await starting : starting;
    if (started.kind === 'failed') supervision.fault(started.error);
    if (!supervision.isOpen) {
      await supervision.exited;
      throw supervision.reason;
    }
    if (started.kind === 'ignored' && slot.spec.restart === 'temporary') roster.remove(slot);
  }
  supervision.tell('children.started');
}
