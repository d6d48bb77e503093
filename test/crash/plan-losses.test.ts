/** What is lost, damaged or another's at every state of an upgrade, a rebuild, an unseal and a proof of one sector. */
import { afterAll, describe, test } from 'vitest';
import { proving, rebuilding, unsealing, upgrading } from '../tools/crash/courses.js';
import { type GoThrough, laterLife } from '../tools/crash/later-life.js';
import { livesDrawn, liveWithLosses, lossesOf } from '../tools/crash/loss-life.js';
import { matrix } from '../tools/crash/matrix.js';
import { isMore } from '../tools/crash/sample.js';
import { canMount } from '../tools/e2e/bind-disk.js';

const cells = matrix();
afterAll(() => console.log(cells.text()));

describe.runIf(isMore && canMount)('a loss at every state of every other plan', () => {
  test.each(livesDrawn)(
    'life %i: found, named and healed as it is said; the pieces come out byte for byte',
    { timeout: 600_000 },
    async (life) => {
      const lossOf = lossesOf(life, cells, [upgrading, rebuilding, unsealing, proving]);
      const goThrough: GoThrough = (world, course, begin) =>
        liveWithLosses(world, course, { life, lossOf, cells }, begin);
      await laterLife(goThrough, { hasDisks: true, isStraight: false });
    },
  );
});
