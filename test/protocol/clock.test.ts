import { expect, test } from 'vitest';
import { steadyFrom } from '#src/protocol/clock.js';

test('a steady clock goes on from its start, whatever is done to the wall clock', () => {
  let steady = 500;
  const clock = steadyFrom(1_000_000, () => steady);
  expect(clock.now()).toBe(1_000_000);
  steady += 250;
  expect(clock.now()).toBe(1_000_250);
});
