/** What follows the exit of a child: nothing, a restart, or the end of its supervisor. */
import { endsSupervisor } from './auto-shutdown.js';
import { backoffMs, isStable } from './backoff.js';
import { mustRestart, restartsGroups, toRestart } from './restart.js';
import type { Slot } from './slot.js';
import type { Exit } from './spec.js';
import type { Started } from './start-attempt.js';
import type { Supervision } from './supervision.js';

/** Decides what follows an exit that was not requested. */
export function afterExit(supervision: Supervision, slot: Slot, exit: Exit): void {
  const { backoff } = supervision.settings;
  if (mustRestart(slot.spec.restart, exit)) {
    if (backoff !== 'none' && isStable(backoff, supervision.clock.now() - slot.startedAt)) slot.failures = 0;
    planRestart(supervision, slot);
  } else {
    const plan = ++slot.plan;
    inTurn(supervision, () => noteEnd(supervision, slot, plan));
  }
}

/** The child is not restarted; it may have been the last one that kept the supervisor running. */
function noteEnd(supervision: Supervision, slot: Slot, plan: number): void {
  if (slot.plan !== plan) return;
  const { roster, settings } = supervision;
  const mayBeLast = settings.autoShutdown === 'all_significant' && slot.spec.significant;
  const start = mayBeLast ? supervision.significantStart : undefined;
  if (start !== undefined) {
    decideAfter(supervision, start, () => noteEnd(supervision, slot, plan));
    return;
  }
  dropIfForgotten(supervision, slot);
  const othersLive = () => roster.some((other) => other.spec.significant && other.status !== 'down');
  if (endsSupervisor(settings.autoShutdown, slot.spec.significant, othersLive))
    supervision.tell('significant.exited');
}

/**
 * OTP starts one child at a time, so here too an exit is handled after the start that is in progress, and later exits
 * after it: otherwise a child could count as the last significant one while another is starting.
 */
function decideAfter(supervision: Supervision, start: Promise<Started>, task: () => void): void {
  supervision.undecided = [task];
  // After the direct effects of the start, before its next attempt.
  const decide = () => {
    const tasks = supervision.undecided ?? [];
    supervision.undecided = undefined;
    for (const each of tasks) inTurn(supervision, each);
  };
  void start.then(() => setImmediate(() => supervision.guard(decide)));
}

/** Removes a child that is down and that no verb can start again: a temporary or a dynamic one. */
export function dropIfForgotten({ roster }: Supervision, slot: Slot): void {
  if (slot.spec.restart === 'temporary' || roster.template !== undefined) roster.remove(slot);
}

function planRestart(supervision: Supervision, slot: Slot): void {
  const plan = ++slot.plan;
  slot.status = 'restarting';
  inTurn(supervision, () => {
    const { strategy } = supervision.settings;
    if (restartsGroups(strategy)) return restartGroup(supervision, slot, plan);
    if (slot.plan !== plan || !admit(supervision, slot, plan)) return;
    afterDelay(supervision, slot, () => restartOne(supervision, slot, plan));
  });
}

/**
 * The restart of a single child runs at once and delays no verb. The restart of a group is queued like a verb, and so
 * are exits under a group strategy, so that it covers siblings that ended before it. While the supervisor itself
 * starts, exits wait until it has started.
 */
function inTurn(supervision: Supervision, task: () => void | Promise<void>): void {
  if (supervision.isStarting || restartsGroups(supervision.settings.strategy)) supervision.post(task);
  else if (supervision.undecided) supervision.undecided.push(task);
  else void task();
}

function restartOne(supervision: Supervision, slot: Slot, plan: number): void {
  supervision
    .bringUp(slot)
    .then((started) => {
      if (slot.plan === plan) settle(supervision, slot, started);
    })
    .catch((error: unknown) => supervision.fault(error));
}

async function restartGroup(supervision: Supervision, slot: Slot, plan: number): Promise<void> {
  if (slot.plan !== plan || !admit(supervision, slot, plan)) return;
  await stopOthers(supervision, slot);
  if (slot.plan !== plan) return;
  const startLater = () => supervision.post(() => startGroup(supervision, slot, plan));
  if (supervision.settings.backoff === 'none') await startGroup(supervision, slot, plan);
  else afterDelay(supervision, slot, startLater);
}

function afterDelay(supervision: Supervision, slot: Slot, restart: () => void): void {
  const { backoff } = supervision.settings;
  if (backoff === 'none') restart();
  else supervision.wait(slot, backoffMs(backoff, ++slot.failures, Math.random()), restart);
}

/** Starts the group in order. Children that were started by hand during a delay are stopped first. */
async function startGroup(supervision: Supervision, slot: Slot, plan: number): Promise<void> {
  if (slot.plan !== plan) return;
  await stopOthers(supervision, slot);
  if (slot.plan !== plan) return;
  const { strategy } = supervision.settings;
  for (const member of toRestart(strategy, supervision.roster.inOrder(), slot)) {
    const mine = ++member.plan;
    member.status = 'restarting';
    const started = await supervision.bringUp(member);
    if (!supervision.isOpen) return;
    if (member.plan === mine) settle(supervision, member, started);
    if (started.kind === 'failed') return;
  }
}

/** Stops the siblings that restart with the child, last to first; from the start their exits cause no restart. */
async function stopOthers(supervision: Supervision, slot: Slot): Promise<void> {
  const { roster, settings } = supervision;
  const others = toRestart(settings.strategy, roster.inOrder(), slot).filter((other) => other !== slot);
  for (const other of others) {
    supervision.giveUp(other);
    if (other.status === 'up') other.status = 'stopping';
  }
  for (const other of others.toReversed()) {
    await supervision.terminate(other);
    if (!supervision.isOpen) return;
    dropIfForgotten(supervision, other);
  }
}

/** Counts one restart; over the limit the supervisor ends instead. */
function admit(supervision: Supervision, slot: Slot, plan: number): boolean {
  const { window, clock, settings } = supervision;
  if (window.admit(clock.now(), settings.intensity, settings.periodMs)) {
    supervision.emit('child.restarting', slot);
    return slot.plan === plan;
  }
  slot.status = 'down';
  dropIfForgotten(supervision, slot);
  supervision.emit('child.gaveUp', slot);
  supervision.tell('limit.passed');
  return false;
}

function settle(supervision: Supervision, slot: Slot, started: Started): void {
  switch (started.kind) {
    case 'up':
      return;
    case 'ignored':
    case 'abandoned':
      slot.status = 'down';
      dropIfForgotten(supervision, slot);
      return;
    case 'failed':
      tryAgain(supervision, slot);
  }
}

/** The next attempt. Without backoff it follows at once, but lets the event loop turn so that other work is served. */
function tryAgain(supervision: Supervision, slot: Slot): void {
  const plan = ++slot.plan;
  if (supervision.settings.backoff !== 'none') planRestart(supervision, slot);
  else
    setImmediate(() => {
      if (slot.plan === plan) supervision.guard(() => planRestart(supervision, slot));
    });
}
