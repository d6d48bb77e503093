/** The life of a slot, whatever comes in which order: beside the real one stands the plainest account of it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemCodeOf } from '#src/protocol/errors.js';
import { type Start, scriptedSlot, settled } from '../../tools/worker/scripted-slot.js';

const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('start' as const),
      to: fc.constantFrom<Start[]>('up', 'up', 'up', 'mute', 'not launched', 'disk missing'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('crash' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('end' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('park' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('command' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('late news' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drain' as const) }) },
);
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

const unseen: Readonly<Record<Exclude<Start, 'up'>, string>> = {
  mute: 'no view',
  'not launched': 'not launched',
  'disk missing': 'disk missing',
};

function makeWorld() {
  const real = scriptedSlot();
  const { slot, script, threads } = real;
  const known = {
    isUp: false,
    isLeaving: false,
    failure: undefined as string | undefined,
    launches: 0,
    lastExit: 'it did not start',
    isDiskMissing: false,
    log: [] as string[],
    mode: 'idle',
    /** Whose view is shown. */
    shownBy: 0,
  };
  /** Commands: what became of each, and what has to become of it; undefined while it waits. */
  const commands: { was: string | undefined; due: string | undefined }[] = [];
  const dueNow = () => {
    if (known.failure !== undefined) return 'thread_failed';
    return known.isUp ? `obeyed by ${known.launches}` : 'thread_gone';
  };
  const settleCommands = () => {
    for (const each of commands) each.due ??= dueNow();
  };

  const start = async (to: Start) => {
    // A supervisor starts a thread only when there is none, a failed one when a person says so.
    if (known.isUp) return;
    slot.unpark();
    known.failure = undefined;
    script.next = to;
    const before = known.launches > 0 ? known.lastExit : undefined;
    const outcome = slot.start().then(
      () => 'up',
      (error: Error) => error.message,
    );
    if (to !== 'disk missing') known.launches += 1;
    if (to === 'up') {
      Object.assign(known, { isUp: true, mode: 'idle', shownBy: known.launches });
      known.log.push(`started ${known.launches}`);
      settleCommands();
    } else Object.assign(known, { lastExit: unseen[to], isDiskMissing: to === 'disk missing' });
    expect(await outcome).toBe(to === 'up' ? 'up' : unseen[to]);
    if (to === 'up') expect(threads.at(-1)?.notes).toEqual(before ? [`started again after: ${before}`] : []);
  };
  const crash = () => {
    if (!known.isUp) return;
    const reason = `crash ${known.launches}`;
    threads.at(-1)?.end({ kind: 'crash', error: new Error(`thread #0 ${reason}`) });
    known.log.push('gone', `exited: ${reason}`, 'restarting');
    Object.assign(known, { isUp: false, isDiskMissing: false, lastExit: reason, mode: 'restarting' });
  };
  const end = () => {
    if (!known.isUp) return;
    void threads.at(-1)?.stop();
    known.log.push('gone');
    known.isUp = false;
  };
  const park = () => {
    if (known.isUp) return;
    slot.park('too often');
    if (known.isLeaving || known.failure !== undefined) return;
    Object.assign(known, { failure: 'too often', mode: 'failed', shownBy: known.launches });
    known.log.push('failed: too often');
    settleCommands();
  };
  const command = () => {
    const waits = !known.isUp && known.failure === undefined;
    const due = known.isLeaving ? 'shutting_down' : waits ? undefined : dueNow();
    const mine: (typeof commands)[number] = { was: undefined, due };
    commands.push(mine);
    slot.obey({ type: 'THREAD.PAUSE', how: 'after-stage', by: 'a test', reason: null }, {}, 60_000).then(
      ({ message }) => {
        mine.was = message;
      },
      (error: unknown) => {
        mine.was = systemCodeOf(error) ?? String(error);
      },
    );
  };
  const drain = async () => {
    const drained = slot.drain(1000);
    known.isLeaving = true;
    settleCommands();
    if (known.isUp) end();
    await drained;
  };
  const lateNews = () => {
    const [first] = threads;
    if (first && first.incarnation < known.launches)
      real.say({ type: 'view', view: first.shown({ revision: 99, mode: 'running' }) }, first.incarnation);
  };
  const act = async (step: Action) => {
    if (step.kind === 'start') await start(step.to);
    else if (step.kind === 'crash') crash();
    else if (step.kind === 'end') end();
    else if (step.kind === 'park') park();
    else if (step.kind === 'command') command();
    else if (step.kind === 'late news') lateNews();
    else await drain();
    await settled();
  };
  const check = () => {
    expect(slot.failure()).toBe(known.failure);
    expect(slot.lastExit()).toBe(known.lastExit);
    expect(slot.isDiskMissing()).toBe(known.isDiskMissing);
    expect(real.log).toEqual(known.log);
    expect(slot.view()).toMatchObject({ mode: known.mode, incarnation: known.shownBy });
    expect(commands.map(({ was }) => was)).toEqual(commands.map(({ due }) => due));
  };
  return { act, check, drain };
}

test('a slot is what its starts, crashes, commands and its drain make of it, in any order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 30 }), async (steps) => {
      const world = makeWorld();
      for (const step of steps) {
        await world.act(step);
        world.check();
      }
      await world.drain();
      await settled();
      world.check();
    }),
    { numRuns: Number(process.env.MODEL_RUNS ?? 300) },
  );
});
