/** Kill -9 in the other plans: one sector is upgraded, lost, rebuilt, unsealed and proven, each through its deaths. */
import { afterAll, describe, test } from 'vitest';
import { type Course, proving, rebuilding, unsealing, upgrading } from '../tools/crash/courses.js';
import { everyState, half, victims } from '../tools/crash/deaths.js';
import { laterLife } from '../tools/crash/later-life.js';
import { live } from '../tools/crash/life.js';
import { type Deaths, matrix } from '../tools/crash/matrix.js';
import { isMore } from '../tools/crash/sample.js';
import { childrenOf, type WorldOptions } from '../tools/crash/world.js';

const cells = matrix();
afterAll(() => console.log(cells.text()));

/** `deathsOf` says who dies where. */
const dyingLife = (deathsOf: (course: Course) => Deaths, options?: WorldOptions) =>
  laterLife((world, course, begin) => live(world, course, deathsOf(course), cells, begin), options);

const few: Readonly<Record<string, Deaths>> = {
  snapup: { TreeDBuilt: [{ victim: 'worker', moment: 'half' }] },
  rebuild: { SnapTreeDBuilt: [{ victim: 'thread', moment: 'stage' }] },
  unseal: { Unsealed: [{ victim: 'manager', moment: 'answer' }] },
  wdpost: { Allocated: [{ victim: 'worker', moment: 'stage' }] },
};

test('a few deaths: the new pieces come back out of the sector, as if nothing had happened', async () => {
  await dyingLife((course) => few[course.plan.name] ?? {});
});

const atWork = everyState((course, state) => [
  ...half(course, state, 'worker'),
  ...half(course, state, 'processor'),
]);
// The unsealing and the proof are done in the thread here: nothing of theirs is a child's.
const isByChildren = ({ plan }: Course) => plan.name === 'snapup' || plan.name === 'rebuild';

/** What of these deaths is of the sample, for each plan. */
function drawn(life: string, deathsOf: (course: Course) => Deaths): (course: Course) => Deaths {
  const courses = [upgrading, rebuilding, unsealing, proving];
  const deaths = new Map(courses.map((course) => [course, cells.draw(life, course, deathsOf(course))]));
  return (course) => deaths.get(course) ?? {};
}

const childDeaths = drawn('the child at work', (course) => (isByChildren(course) ? atWork(course) : {}));
const lives = victims.map(([victim, deathsOf]) => [victim, drawn(victim, deathsOf)] as const);

describe.runIf(isMore)('at every state of every plan', () => {
  test('the child at work dies, and the worker above it: as if nothing had happened, and no child is left', {
    timeout: 600_000,
  }, async () => {
    const more = childrenOf(['add_pieces', 'tree_d', 'pc1', 'pc2', 'snap_encode', 'transfer']);
    await dyingLife(childDeaths, { more });
  });

  test.each(lives)('%s dies: as if nothing had happened', { timeout: 600_000 }, async (_, deathsOf) => {
    await dyingLife(deathsOf);
  });
});
