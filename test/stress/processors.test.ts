/** Three threads over one shared and one exclusive child, under random pauses of all forms and deaths of threads: nothing is lost, nothing is stuck. `npm test` runs it briefly. */
import { expect, test } from 'vitest';
import type { PauseHow } from '#src/protocol/thread.js';
import { executioner } from '../tools/worker/executioner.js';
import { doIt, foreign } from '../tools/worker/foreign.js';
import { setup } from '../tools/worker/setup.js';

const seconds = Number(process.env.STRESS_SECONDS ?? 5);
const hows: readonly PauseHow[] = ['after-stage', 'freeze', 'now'];

/** A thread that dies more often than this within a minute is parked. */
const mostDeaths = 4;

/** A small generator, so that a run can be repeated by its seed. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}

// The waits between are part of the draw: how a command falls into the work, not what is waited for.
test(`random pauses, resumes and deaths for ${seconds} s: every sector makes progress, in the order of its plan`, {
  timeout: seconds * 1000 + 120_000,
}, async () => {
  const seed = Number(process.env.STRESS_SEED ?? Date.now() % 2 ** 31);
  const draw = random(seed);
  const lock = { locks: ['gpu'] };
  const slow = (stage: string) =>
    `await new Promise((resolve) => setTimeout(resolve, 30)); ${doIt(stage)} give(done);`;
  const deaths = executioner();
  const { control, rowsOf, until, warnings, locationOf } = await setup({
    service: deaths.service,
    threads: 3,
    sealing: { sealIntervalMs: 0, recoverIntervalMs: 20, maxRetries: 1_000_000 },
    config: {
      processors: [
        foreign('pc1', slow('pc1'), { concurrent: 1, ...lock }),
        foreign('pc2', slow('pc2')),
        foreign('c2', slow('c2'), { concurrent: 2, ...lock }),
      ],
      extLocks: { gpu: 2 },
      retry: Object.fromEntries(['pc1', 'pc2', 'c2'].map((stage) => [stage, { factor: 1 }])),
    },
  });
  const counts: Record<string, number> = { refused: 0 };
  const died = [0, 0, 0];
  const act = async (index: number) => {
    const how = hows[draw(3)] ?? 'now';
    const act = draw(2) === 0 ? how : 'resume';
    try {
      const { changed } =
        act === 'resume' ? await control.resume(index, {}) : await control.pause(index, { how: act });
      if (changed) counts[act] = (counts[act] ?? 0) + 1;
    } catch (error) {
      // A freeze of what is shared, or runs in the thread itself, is refused; a thread may die of what it is asked.
      expect(error, `seed ${seed}`).toMatchObject({
        code: expect.stringMatching(/^(freeze_refused|thread_gone|store_failed)$/),
      });
      counts.refused = (counts.refused ?? 0) + 1;
    }
  };
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const doomed = draw(3);
    if (draw(40) === 0 && (died[doomed] ?? 0) < mostDeaths) {
      died[doomed] = (died[doomed] ?? 0) + 1;
      deaths.doom(locationOf(doomed));
    }
    await Promise.all([0, 1, 2].map((index) => (draw(3) === 0 ? act(index) : undefined)));
    await new Promise((resolve) => setTimeout(resolve, draw(40)));
  }
  // Whatever was asked for last: all go on, and each thread ends the sector that it has, and one more.
  const ends = (index: number) => rowsOf(index).filter(({ event }) => event === 'Finish').length;
  const before = [0, 1, 2].map(ends);
  await Promise.all([0, 1, 2].map((index) => control.resume(index, {})));
  await Promise.all([0, 1, 2].map((index) => until(index, () => ends(index) >= (before[index] ?? 0) + 2)));
  expect(control.worker().frozen, `seed ${seed}`).toBeUndefined();
  for (const index of [0, 1, 2]) {
    const moves = rowsOf(index).filter(({ kind }) => kind === 'transition');
    for (const [at, move] of moves.entries())
      if (at > 0) expect(move.from, `seed ${seed}`).toBe(moves[at - 1]?.to);
    const errors = rowsOf(index).filter(({ kind }) => kind === 'error');
    expect(errors, `seed ${seed}`).toEqual([]);
  }
  console.log(
    `seed ${seed}: ${JSON.stringify(counts)}, ${died} deaths, ${[0, 1, 2].map(ends)} sectors, ${warnings.length} warnings`,
  );
});
