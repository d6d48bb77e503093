/** The verbs of a running supervisor; each runs when the ones before it have taken effect. */
import { type CheckedChildSpec, checkChildSpec, checkSpec } from './checked-spec.js';
import { type RefusalCode, SupervisorError, shown } from './refusal.js';
import { restartsGroups } from './restart.js';
import { dropIfForgotten } from './restarts.js';
import { isAlive, newSlot, type Slot } from './slot.js';
import type { Child } from './spec.js';
import type { Supervision } from './supervision.js';

/** For the synchronous verbs. @throws noproc */
export function alive(supervision: Supervision): Supervision {
  if (supervision.hasEnded) throw supervision.noproc();
  return supervision;
}

export async function startChild(supervision: Supervision, specOrArgs: unknown): Promise<Child | 'ignore'> {
  const { roster, settings } = supervision;
  if (roster.template !== undefined) {
    if (!Array.isArray(specOrArgs))
      throw refusal('invalid_arguments', specOrArgs, 'give the list of arguments for start');
    const slot = newSlot(roster.template, [...specOrArgs]);
    const child = await bringUp(supervision, slot);
    // It is never started again, so the arguments are not needed any more.
    if (slot.spec.restart === 'temporary') slot.args = undefined;
    return child;
  }
  const spec = checkChildSpec(specOrArgs, settings.autoShutdown);
  const present = roster.find(spec.id);
  if (present && isAlive(present)) {
    const message = `child ${shown(spec.id)} runs already: terminate and delete it first`;
    throw new SupervisorError('already_started', message, present.child);
  }
  if (present) throw refusal('already_present', spec.id, 'restart it, or delete it first');
  const slot = newSlot(spec);
  const child = await bringUp(supervision, slot);
  if (child === 'ignore' && spec.restart !== 'temporary') roster.add(slot);
  return child;
}

export async function restartChild(supervision: Supervision, id: string): Promise<Child | 'ignore'> {
  const slot = downSlot(supervision, id);
  supervision.giveUp(slot);
  slot.failures = 0;
  return bringUp(supervision, slot);
}

export function deleteChild(supervision: Supervision, id: string): void {
  supervision.roster.remove(downSlot(supervision, id));
}

export async function terminateChild(supervision: Supervision, id: unknown): Promise<void> {
  const slot = findForEnd(supervision, id);
  if (slot === undefined) return;
  supervision.giveUp(slot);
  await supervision.terminate(slot);
  dropIfForgotten(supervision, slot);
}

/** A group start blocks the queue, perhaps forever; the child that it is starting can still be terminated. */
export function giveUpGroupStart(supervision: Supervision, id: unknown): void {
  if (typeof id !== 'string' || !restartsGroups(supervision.settings.strategy)) return;
  const slot = supervision.roster.find(id);
  if (slot?.status === 'restarting' && slot.flight) supervision.giveUp(slot);
}

/** OTP's code change: flags and specs are replaced, nothing is started or stopped. */
export function changeSpec(supervision: Supervision, spec: unknown): void {
  const { settings, children } = checkSpec(spec);
  const { roster } = supervision;
  const isSimple = settings.strategy === 'simple_one_for_one';
  if (isSimple !== (roster.template !== undefined)) {
    const remedy = 'simple_one_for_one can neither be entered nor left while the supervisor runs';
    throw refusal('invalid_strategy', settings.strategy, remedy);
  }
  supervision.settings = settings;
  roster.change(children);
}

export function getChildSpec({ roster }: Supervision, id: string | Child): CheckedChildSpec {
  const spec = roster.template?.id === id ? roster.template : roster.find(id)?.spec;
  if (spec === undefined) throw refusal('not_found', id, 'ask whichChildren');
  return { ...spec };
}

async function bringUp(supervision: Supervision, slot: Slot): Promise<Child | 'ignore'> {
  const started = await supervision.bringUp(slot);
  switch (started.kind) {
    case 'up':
      return started.child;
    case 'ignored':
      return 'ignore';
    case 'abandoned':
      throw supervision.noproc();
    case 'failed':
      throw started.error;
  }
}

function downSlot({ roster }: Supervision, id: string): Slot {
  if (roster.template !== undefined)
    throw refusal('simple_one_for_one', id, 'a dynamic child cannot be restarted or deleted by hand');
  const slot = roster.find(id);
  if (slot === undefined) throw refusal('not_found', id, 'ask whichChildren');
  if (slot.status === 'restarting') throw refusal('restarting', id, 'terminate it first');
  if (slot.status !== 'down') throw refusal('running', id, 'terminate it first');
  return slot;
}

/** The slot to stop; undefined for a dynamic child that is already gone. */
function findForEnd({ roster }: Supervision, id: unknown): Slot | undefined {
  const isChild = (typeof id === 'object' && id !== null) || typeof id === 'function';
  if (roster.template !== undefined && !isChild)
    throw refusal('simple_one_for_one', id, 'give the child itself, there are no ids');
  // Any value can be looked up; only known keys are found.
  const key = id as string | Child;
  const slot = roster.find(key);
  if (slot || (isChild && roster.isFormer(key as Child))) return slot;
  throw refusal('not_found', id, 'ask whichChildren');
}

function refusal(code: RefusalCode, value: unknown, remedy: string): SupervisorError {
  return new SupervisorError(code, `${shown(value)}: ${code.replaceAll('_', ' ')}: ${remedy}`, value);
}
