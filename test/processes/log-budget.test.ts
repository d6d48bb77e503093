import { expect, test } from 'vitest';
import { logBudget } from '../../dist/src/processes/log-budget.js';

function setup(options: { readonly mostLines?: number; readonly mostBytes?: number } = {}) {
  const said: string[] = [];
  let endPeriod: () => void = () => undefined;
  const take = logBudget((line) => said.push(line), {
    name: 'pc1',
    later: (run) => {
      endPeriod = run;
    },
    ...options,
  });
  return { said, take, endPeriod: () => endPeriod() };
}

test('of a flood the first lines are logged, and then how many more there were', () => {
  const { said, take, endPeriod } = setup({ mostLines: 2 });
  for (let n = 0; n < 41_202; n += 1) take(`line ${n}`);
  expect(said).toEqual(['line 0', 'line 1']);
  endPeriod();
  expect(said.at(-1)).toBe('41,200 more lines of pc1 in 10 s were dropped');
  take('next period');
  expect(said.at(-1)).toBe('next period');
});

test('long lines spend the budget, too, and are cut', () => {
  const { said, take, endPeriod } = setup({ mostBytes: 20_000 });
  take(Buffer.alloc(10_000, 'x'));
  take('y'.repeat(10_001));
  endPeriod();
  expect(said).toEqual([`${'x'.repeat(8185)}… (cut)`, '1 more line of pc1 in 10 s was dropped']);
});

test('who says little is never told of', () => {
  const { said, take, endPeriod } = setup();
  take('one');
  endPeriod();
  take('two');
  endPeriod();
  expect(said).toEqual(['one', 'two']);
});
