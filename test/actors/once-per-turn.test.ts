import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { oncePerTurn } from '#src/actors/once-per-turn.js';

test('all calls of one turn are one act behind them; the next turn has its own', async () => {
  let acts = 0;
  const soon = oncePerTurn(() => {
    acts += 1;
  });
  soon();
  soon();
  expect(acts).toBe(0);
  await turn();
  expect(acts).toBe(1);
  await turn();
  expect(acts).toBe(1);
  soon();
  await turn();
  expect(acts).toBe(2);
});
