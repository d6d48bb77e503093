import { describe, expect, test } from 'vitest';
import { type Child, type Exit, startSupervisor } from '#src/actors/index.js';

class Bare implements Child {
  readonly #exit = Promise.withResolvers<Exit>();
  readonly exited = this.#exit.promise;
  stop(): void {
    this.#exit.resolve({ kind: 'shutdown' });
  }
  kill(): void {
    this.#exit.resolve({ kind: 'killed' });
  }
}

const specsOf = (count: number) =>
  Array.from({ length: count }, (_, nth) => ({ id: `child ${nth}`, start: () => new Bare() }));

/** Starts, counts and stops; the best of a few runs, ms. */
async function costOf(run: () => Promise<void>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let nth = 0; nth < 3; nth++) {
    const from = performance.now();
    await run();
    best = Math.min(best, performance.now() - from);
  }
  return best;
}

const runs: readonly (readonly [string, (count: number) => Promise<void>])[] = [
  [
    'static children',
    async (count) => {
      const supervisor = await startSupervisor({ children: specsOf(count) });
      expect(supervisor.countChildren().active).toBe(count);
      await supervisor.stop();
    },
  ],
  [
    'children added one by one',
    async (count) => {
      const supervisor = await startSupervisor({ children: [] });
      for (const spec of specsOf(count)) await supervisor.startChild(spec);
      expect(supervisor.countChildren().active).toBe(count);
      await supervisor.stop();
    },
  ],
  [
    'children terminated one by one',
    async (count) => {
      const supervisor = await startSupervisor({ children: specsOf(count) });
      await Promise.all(specsOf(count).map(({ id }) => supervisor.terminateChild(id)));
      expect(supervisor.countChildren()).toMatchObject({ specs: count, active: 0 });
      await supervisor.stop();
    },
  ],
  [
    'dynamic children',
    async (count) => {
      const supervisor = await startSupervisor({
        strategy: 'simple_one_for_one',
        children: [{ id: 'any', start: () => new Bare() }],
      });
      await Promise.all(specsOf(count).map(() => supervisor.startChild([])));
      expect(supervisor.countChildren().active).toBe(count);
      await supervisor.stop();
    },
  ],
  [
    'children that all crash and come back',
    async (count) => {
      const supervisor = await startSupervisor({ intensity: count, children: specsOf(count) });
      for (const { child } of supervisor.whichChildren()) if (typeof child === 'object') child.kill();
      await new Promise((resolve) => setImmediate(resolve));
      expect(supervisor.countChildren().active).toBe(count);
      await supervisor.stop();
    },
  ],
];

describe('10,000 children cost within five times of ten times 1,000', () => {
  test.each(runs)('%s', async (_, run) => {
    await run(2000);
    const ratios: number[] = [];
    // A busy machine may spoil one comparison; a law that is worse than linear spoils all of them.
    for (let at = 0; at < 4; at += 1) {
      const thousand = await costOf(() => run(1000));
      ratios.push((await costOf(() => run(10_000))) / thousand);
      if (Math.min(...ratios) < 50) break;
    }
    expect(Math.min(...ratios)).toBeLessThan(10 * 5);
  });
});
