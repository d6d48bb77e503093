/**
 * Kill -9 of the worker at every state of a sector, and each time something is lost, damaged or another's when it is back. `npm run
 * test:crash` tries every loss at every state; CI a part of one life, drawn by the seed.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { sealing } from '../tools/crash/courses.js';
import { livesDrawn, liveWithLosses, lossesOf } from '../tools/crash/loss-life.js';
import { matrix } from '../tools/crash/matrix.js';
import { expectWhole } from '../tools/crash/reference.js';
import { isMore } from '../tools/crash/sample.js';
import { startWorld } from '../tools/crash/world.js';
import { canMount } from '../tools/e2e/bind-disk.js';

const cells = matrix();
afterAll(() => console.log(cells.text()));

describe.runIf(isMore && canMount)('a loss at every state of a sector', () => {
  test.each(livesDrawn)(
    'life %i: found, named and healed as it is said; Finished with its own bytes, once, and nothing made below a missing disk',
    { timeout: 300_000 },
    async (life) => {
      const world = await startWorld({ hasDisks: true });
      const lossOf = lossesOf(life, cells, [sealing]);
      const id = await liveWithLosses(world, sealing, { life, lossOf, cells });
      await expectWhole(world, id);
      expect(world.worker().lines.filter((line) => /unhandled|TypeError/i.test(line))).toEqual([]);
    },
  );
});
