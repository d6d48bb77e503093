/** A file that was cut, zeroed, changed or removed between two stages is found before the next one's work is believed. */
import { expect, test, vi } from 'vitest';
import { cellsOf, courseOf, damagedPlans, over } from '../tools/sealing/damage.js';

vi.setConfig({ testTimeout: 600_000 });

const isWhole = process.env.CRASH_MATRIX === 'whole';
const seed = Number(process.env.DAMAGE_SEED ?? Math.floor(Math.random() * 2 ** 31));
const sampled = 24;

/** Numbers from 0 to below 1, the same for the same seed. */
function drawnBy(start: number): () => number {
  let state = start;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x80000000;
  };
}

test.each(damagedPlans)(
  `%s: damage of a file between two stages is found, named and healed as it is said (DAMAGE_SEED=${seed})`,
  async (plan) => {
    const course = await courseOf(plan);
    const all = cellsOf(plan, course);
    const random = drawnBy(seed);
    const cells = isWhole
      ? all
      : Array.from({ length: sampled }, () => all[Math.floor(random() * all.length)] ?? all[0]);
    const faults: string[] = [];
    for (const cell of cells) {
      if (!cell) continue;
      await over(course, cell).catch((thrown: unknown) => {
        faults.push(
          `${cell.state} ${cell.kind} ${cell.file}: ${thrown instanceof Error ? thrown.message : JSON.stringify(thrown)}`,
        );
      });
    }
    expect(cells.length).toBeGreaterThan(0);
    expect(faults).toEqual([]);
  },
);
