import { expect, test } from 'vitest';
import { plans, stageName } from '#machines/index.js';
import { builtinStages, limitNames, stageNames } from '#src/protocol/stages.js';

const states = Object.values(plans).flatMap((plan) => plan.states);

test('the names of stages are those of the plans, in their order', () => {
  const named = states.map(stageName).filter((name) => name !== '-');
  expect(stageNames).toEqual([...new Set(named)]);
});

test('a stage that our processors do, or any processor of a plan, can be limited; snap_vanilla is with snap_prove', () => {
  const processors = states.flatMap((state) => state.processor ?? []);
  expect(limitNames).toEqual(
    expect.arrayContaining([...builtinStages.filter((name) => name !== 'snap_vanilla'), ...processors]),
  );
});
