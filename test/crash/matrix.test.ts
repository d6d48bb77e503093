/** Kill -9, everywhere. `npm run test:crash` dies all deaths; `npm test` a few. */
import { afterAll, describe, expect, test } from 'vitest';
import { callOf, type Death, type Deaths, fileOf, live, mainStates } from './life.js';
import { matrix } from './matrix.js';
import { expectUndisturbed } from './reference.js';
import { children, startWorld } from './world.js';

const isWhole = process.env.CRASH_MATRIX === 'whole';
const cells = matrix();
afterAll(() => console.log(cells.text()));

const deathsOf = (of: (state: string) => readonly Death[]): Deaths =>
  Object.fromEntries(mainStates.map((state) => [state, of(state)]));
const half = (state: string, victim: Death['victim']): readonly Death[] =>
  fileOf[state] === undefined ? [] : [{ victim, moment: 'half' }];

const few: Deaths = {
  TicketAssigned: [
    { victim: 'worker', moment: 'commit' },
    { victim: 'worker', moment: 'half' },
    { victim: 'processor', moment: 'half' },
  ],
  PC1Done: [{ victim: 'thread', moment: 'stage' }],
  PC2Done: [{ victim: 'manager', moment: 'answer' }],
  C1Done: [{ victim: 'worker', moment: 'stage' }],
  Finished: [{ victim: 'worker', moment: 'stage' }],
};

test('one sector through a few deaths of everyone: as if nothing had happened', async () => {
  const world = await startWorld({ more: children });
  await expectUndisturbed(world, await live(world, few, cells));
});

describe.runIf(isWhole)('a sector through the deaths, at every state, of', () => {
  test.each([
    [
      'the worker',
      deathsOf((state) => [
        { victim: 'worker', moment: 'commit' },
        ...half(state, 'worker'),
        { victim: 'worker', moment: 'stage' },
      ]),
    ],
    ['the thread', deathsOf((state) => [...half(state, 'thread'), { victim: 'thread', moment: 'stage' }])],
    ['the thread, right behind each commit', deathsOf(() => [{ victim: 'thread', moment: 'commit' }])],
    [
      'the manager',
      deathsOf((state) => [
        ...(callOf[state] === undefined
          ? []
          : ([
              { victim: 'manager', moment: 'request' },
              { victim: 'manager', moment: 'answer' },
            ] as const)),
        // A thread that was given no sector has nothing to commit.
        ...(state === 'Empty' ? [] : ([{ victim: 'manager', moment: 'stage' }] as const)),
      ]),
    ],
  ])('%s: as if nothing had happened', { timeout: 600_000 }, async (_, deaths) => {
    const world = await startWorld();
    const id = await live(world, deaths, cells);
    await expectUndisturbed(world, id);
    expect(world.worker().lines.filter((line) => /unhandled|TypeError/i.test(line))).toEqual([]);
  });
});
