/** Kill -9, everywhere. `npm run test:crash` dies all deaths, CI a sample (`sample.ts`), `npm test` a few. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { sealing, withoutPreCommit } from '../tools/crash/courses.js';
import { half, victims } from '../tools/crash/deaths.js';
import { live } from '../tools/crash/life.js';
import { type Deaths, matrix } from '../tools/crash/matrix.js';
import { expectUndisturbed, mainLine } from '../tools/crash/reference.js';
import { isMore, sampled } from '../tools/crash/sample.js';
import { givenUp, synthetic } from '../tools/crash/side-lives.js';
import { children, startWorld } from '../tools/crash/world.js';
import { canMount } from '../tools/e2e/bind-disk.js';

const cells = matrix();
afterAll(() => console.log(cells.text()));

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
  await expectUndisturbed(world, await live(world, sealing, few, cells));
});

test('one empty sector without a pre-commit through a few deaths: its proof is submitted once', async () => {
  const world = await startWorld({ more: children, plan: 'niporep', hasDeals: false });
  const deaths: Deaths = {
    Empty: [{ victim: 'worker', moment: 'answer' }],
    TicketAssigned: [{ victim: 'worker', moment: 'half' }],
    PC1Done: [{ victim: 'processor', moment: 'half' }],
    PC2Done: [{ victim: 'thread', moment: 'stage' }],
    PersistanceSubmitted: [{ victim: 'manager', moment: 'answer' }],
    SeedAssigned: [{ victim: 'worker', moment: 'stage' }],
    C2Done: [{ victim: 'worker', moment: 'answer' }],
    Finished: [{ victim: 'worker', moment: 'stage' }],
  };
  const id = await live(world, withoutPreCommit, deaths, cells);
  expect(await world.sector(id)).toMatchObject({
    state: 'Finished',
    proofType: 15,
    messages: { preCommit: 0, proof: 1 },
  });
});

const atWork = ['DealsAcquired', 'PieceAdded', 'TicketAssigned', 'PC1Done'];
const childAtWork = Object.fromEntries(
  atWork.map((state) => [state, [...half(sealing, state, 'worker'), ...half(sealing, state, 'processor')]]),
);
const childDeaths: Deaths = {
  ...cells.draw('the child at work', sealing, childAtWork),
  SeedAssigned: [{ victim: 'worker', moment: 'stage' }],
  C1Done: [{ victim: 'processor', moment: 'stage' }],
};
const lives = victims.map(
  ([victim, deathsOf]) => [victim, cells.draw(victim, sealing, deathsOf(sealing))] as const,
);

test('one sector through deaths of its worker with one thing wrong besides: nothing is believed, nothing is written below', async () => {
  const world = await startWorld({ hasDisks: canMount });
  const unmounted: Deaths = canMount
    ? {
        PC1Done: [{ victim: 'location', moment: 'stage' }],
        PCLanded: [{ victim: 'store', moment: 'commit' }],
        Persisted: [{ victim: 'store', moment: 'stage' }],
      }
    : {};
  const id = await live(
    world,
    sealing,
    {
      ...unmounted,
      Empty: [{ victim: 'worker', moment: 'answer' }],
      PC2Done: [{ victim: 'home', moment: 'commit' }],
      ProofSubmitted: [{ victim: 'home', moment: 'stage' }],
    },
    cells,
  );
  await expectUndisturbed(world, id);
});

describe.runIf(isMore)('a sector through the deaths, at every state, of', () => {
  test('the child at work, and of the worker above it: as if nothing had happened, and no child is left', {
    timeout: 600_000,
  }, async () => {
    const world = await startWorld({ more: children });
    await expectUndisturbed(world, await live(world, sealing, childDeaths, cells));
  });

  sampled(
    'side lives',
    'everyone while a sector is given up: both sides have it given up, once',
    async () => {
      const world = await startWorld();
      const id = await givenUp(world, cells);
      expect((await world.history(`sector=${id}&kind=transition`)).slice(-1)).toMatchObject([
        { from: 'Aborted', to: 'Empty' },
      ]);
      expect(await world.sector(id)).toMatchObject({
        state: 'Aborted',
        finalized: false,
        abort: { by: 'w1', reason: 'bad disk' },
      });
      expect(existsSync(join(world.store, 'sectors', id))).toBe(false);
    },
  );

  sampled(
    'side lives',
    'the worker while synthetic proofs are made: as if nothing had happened',
    async () => {
      const world = await startWorld();
      const id = await synthetic(world, cells);
      const line = mainLine.toSpliced(
        mainLine.indexOf('PC2Done -> PCSubmitted'),
        0,
        'SyntheticPoRepNeeded -> PC2Done',
      );
      await expectUndisturbed(world, id, line);
    },
  );

  test.each(lives)('%s: as if nothing had happened', { timeout: 600_000 }, async (_, deaths) => {
    const world = await startWorld();
    const id = await live(world, sealing, deaths, cells);
    await expectUndisturbed(world, id);
    expect(world.worker().lines.filter((line) => /unhandled|TypeError/i.test(line))).toEqual([]);
  });
});
