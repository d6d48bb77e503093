import { expect, test } from 'vitest';
import { planNamed } from '#machines/index.js';
import { meantText, nearest } from '#src/config/nearest.js';

const statesOf = (plan: string) => (planNamed(plan)?.states ?? []).map(({ name }) => name);

test.each([
  ['snapup', 'snapencoded', 'SnapEncoded'],
  ['snapup', 'SnapEncodd', 'SnapEncoded'],
  ['unseal', 'UNSEALED', 'Unsealed'],
  ['wdpost', 'Genrated', 'Generated'],
  ['rebuild', 'sealedcheckd', 'SealedChecked'],
  ['sealer', 'PC1Dome', 'PC1Done'],
  ['sealer', 'Melted', undefined],
  ['unseal', 'PC1Done', undefined],
])('of plan %s: %s is %s', (plan, word, meant) => {
  expect(nearest(word, statesOf(plan))).toBe(meant);
});

test('where nothing is near nothing is suggested', () => {
  expect(meantText('pc1dne', ['PC1Done'])).toBe('did you mean PC1Done? ');
  expect(meantText('nothing', ['PC1Done'])).toBe('');
});
