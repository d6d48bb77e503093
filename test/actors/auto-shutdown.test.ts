import { expect, test } from 'vitest';
import { endsSupervisor } from '#src/actors/auto-shutdown.js';

test.each([
  ['never', true, false, false],
  ['any_significant', true, true, true],
  ['any_significant', true, false, true],
  ['any_significant', false, false, false],
  ['all_significant', true, false, true],
  ['all_significant', true, true, false],
  ['all_significant', false, false, false],
] as const)('%s, significant %s, others live %s: %s', (autoShutdown, isSignificant, othersLive, ends) => {
  expect(endsSupervisor(autoShutdown, isSignificant, () => othersLive)).toBe(ends);
});
