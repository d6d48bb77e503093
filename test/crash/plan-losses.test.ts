/** What is lost, damaged or another's at every state of an upgrade, a rebuild, an unseal and a proof of one sector. */
import { afterAll, describe, test } from 'vitest';
import { canMount } from '../e2e/bind-disk.js';
import { proving, rebuilding, unsealing, upgrading } from './courses.js';
import { type GoThrough, laterLife } from './later-life.js';
import { livesDrawn, liveWithLosses, lossesOf } from './loss-life.js';
import { matrix } from './matrix.js';
import { isMore } from './sample.js';

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
