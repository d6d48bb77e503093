/** Kill -9 of the worker and a damaged file when it is back. Three states are tried; which file, and how, is drawn. */
import { afterAll, expect, test } from 'vitest';
import { sealing } from '../tools/crash/courses.js';
import { live } from '../tools/crash/life.js';
import { type Deaths, matrix } from '../tools/crash/matrix.js';
import { expectWhole } from '../tools/crash/reference.js';
import { startWorld } from '../tools/crash/world.js';

const cells = matrix();
afterAll(() => console.log(cells.text()));

const few: Deaths = {
  PC1Done: [{ victim: 'file', moment: 'commit' }],
  ProofSubmitted: [{ victim: 'kept', moment: 'commit' }],
  Finished: [{ victim: 'kept', moment: 'commit' }],
};

const lives = Object.entries(few).flatMap(([state, each]) => each.map((death) => [state, death] as const));

test.each(lives)(
  'the worker dies behind its commit to %s, and a file is damaged (%j): never Finished with it',
  async (state, death) => {
    const world = await startWorld();
    const id = await live(world, sealing, { [state]: [death] }, cells);
    await expectWhole(world, id);
    expect(world.worker().lines.filter((line) => /unhandled|TypeError/i.test(line))).toEqual([]);
  },
);
