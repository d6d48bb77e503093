/**
 * Kill -9 with Filecoin's own proofs at work: `npm run test:proofs:matrix` dies all deaths, CI a sample of them, drawn by a
 * printed seed.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawn, isDrawn, isMore, sampleText } from '../tools/crash/sample.js';
import { bytes } from '../tools/e2e/setup.js';
import { die, type Moment, prepare, type RealDeath, type Victim } from '../tools/proofs/deaths.js';
import { describeReal } from '../tools/proofs/program.js';
import {
  compared,
  expectUndisturbedCommR,
  realWorld,
  sealingStages,
  stepsOf,
} from '../tools/proofs/real-world.js';

const victims: readonly Victim[] = ['child', 'thread', 'worker'];
/** The middle of a stage is drawn three times. */
const moments: readonly (readonly [Moment, string])[] = [
  ['before', ''],
  ['during', ' (1)'],
  ['during', ' (2)'],
  ['during', ' (3)'],
  ['after', ''],
];

const cells = { drawn: 0, all: 0 };
const few = (victim: Victim, moment: string) =>
  (victim === 'child' && moment === 'after') || (victim === 'worker' && moment === 'during (1)');

describeReal('a real sector through the deaths, at each of its heavy stages, of', () => {
  let steps: Readonly<Record<string, number>>;
  beforeAll(async () => {
    steps = await stepsOf();
  });
  afterAll(() =>
    console.log(
      `${compared.commRs} CommRs of disturbed runs, each that of the undisturbed run\n${sampleText('deaths', cells)}`,
    ),
  );

  for (const victim of victims)
    for (const [moment, which] of moments) {
      const name = `${victim} ${moment}${which}`;
      const stages = sealingStages.filter((stage) =>
        isMore ? isDrawn(`real ${name} ${stage}`) : few(victim, `${moment}${which}`),
      );
      cells.all += sealingStages.length;
      cells.drawn += stages.length;
      test.runIf(stages.length > 0)(`the ${name} its work: the same CommR, and C1 passes`, async () => {
        const piece = bytes(2000, 1);
        const world = await realWorld({ pieces: [piece] });
        const deaths = stages.map((stage): RealDeath => {
          const count = steps[stage] ?? 1;
          const all = Array.from({ length: count }, (_, at) => at + 1);
          return { stage, moment, ...(moment === 'during' ? { step: drawn(`${name} ${stage}`, all) } : {}) };
        });
        for (const death of deaths) prepare(world, death);
        await world.killWorker();
        for (const death of deaths) await die(world, victim, death);
        await world.worker().line(/s-t010000-1 Finished -> Empty/);
        await expectUndisturbedCommR(world, 1, piece);
        expect(await world.sector('s-t010000-1')).toMatchObject({
          state: 'Finished',
          failure: null,
          messages: { preCommit: 1, proof: 1 },
        });
      });
    }
});
