/** Whatever places stages ask for, one inside the other, nobody waits for ever. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { threadDesk } from '#src/worker/thread/desk.js';
import type { StagePlace } from '#src/worker/thread/stage-place.js';
import { callsOf } from '../../tools/worker/border.js';
import { makeDesk } from '../../tools/worker/desk-setup.js';

function setup(limits: Readonly<Record<string, number>>) {
  const made = makeDesk({ limits });
  const thread = (index: number) => threadDesk(callsOf(made.desk, index), 1);
  /** A stage of `outer` that asks for these, one after another. */
  const stage = async (
    index: number,
    outer: string | null,
    asked: readonly string[],
    act: Act = async () => undefined,
  ) => {
    const desk = thread(index);
    if (outer !== null && !(await desk.ask(outer, false)).granted) await desk.granted();
    const run = async (place: StagePlace) => {
      for (const name of asked) await place.under(name, never, () => act(name, index));
      return index;
    };
    return desk.hold(run, () => null);
  };
  const holdersOf = (name: string) => made.desk.limits().find((each) => each.name === name)?.holders ?? [];
  return { ...made, thread, stage, holdersOf };
}

type Act = (name: string, index: number) => Promise<void>;
const never = new AbortController().signal;
const failed = () => null;

test('two stages that ask for each other’s place both come to their end', async () => {
  const { stage } = setup({ pc2: 1, c1: 1 });
  expect(await Promise.all([stage(0, 'pc2', ['c1']), stage(1, 'c1', ['pc2'])])).toEqual([0, 1]);
});

test('any stages that ask for any places, within limits, come to their ends; no limit is passed', async () => {
  const names = ['pc1', 'pc2', 'c1'];
  const name = fc.constantFrom(...names);
  const stages = fc.array(fc.tuple(fc.option(name), fc.array(name, { maxLength: 4 })), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(stages, fc.integer({ min: 1, max: 2 }), async (asked, limit) => {
      const { stage } = setup(Object.fromEntries(names.map((each) => [each, limit])));
      const at = new Map<string, number>();
      const act: Act = async (each) => {
        at.set(each, (at.get(each) ?? 0) + 1);
        expect(at.get(each)).toBeLessThanOrEqual(limit);
        await Promise.resolve();
        at.set(each, (at.get(each) ?? 0) - 1);
      };
      const ends = await Promise.all(asked.map(([outer, inner], index) => stage(index, outer, inner, act)));
      expect(ends).toHaveLength(asked.length);
    }),
  );
});

test('a process of the stage’s own name is done under the slot that it started with', async () => {
  const { stage, holdersOf } = setup({ pc2: 1 });
  const seen: (readonly number[])[] = [];
  await stage(4, 'pc2', ['pc2', 'pc2'], async () => void seen.push(holdersOf('pc2')));
  expect([seen, holdersOf('pc2')]).toEqual([[[4], [4]], []]);
});

test('a stage that is aborted in line leaves it, and rejects with the reason; nobody is left there', async () => {
  const { thread, desk, quiet, holdersOf } = setup({ c1: 1 });
  const [one, other] = [thread(0), thread(1)];
  await one.ask('c1', false);
  const abort = new AbortController();
  const run = other.hold((place) => place.under('c1', abort.signal, async () => 'done'), failed);
  await quiet();
  expect(desk.waitingFor(1)).toMatchObject({ limit: 'c1', holders: [0] });
  abort.abort(new Error('paused'));
  await expect(run).rejects.toThrow('paused');
  one.leaveLine();
  await quiet();
  expect([desk.waitingFor(1), holdersOf('c1')]).toEqual([null, []]);
});

test('what fails under a place that is not the stage’s own gives it back, and opens no breaker', async () => {
  const { thread, desk, holdersOf } = setup({ c1: 1 });
  const run = thread(0).hold(
    (place) =>
      place.under('c1', never, async () => {
        throw new Error('not provable');
      }),
    (thrown) => ({ level: 'permanent', message: String(thrown) }),
  );
  await expect(run).rejects.toThrow('not provable');
  expect([desk.breakers(), holdersOf('c1')]).toEqual([[], []]);
});
