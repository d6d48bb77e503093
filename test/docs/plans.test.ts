import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { plansPage } from '#cli/output/plan-text.js';
import { plans } from '#machines/index.js';

test('docs/plans.md is what the tables make: node dist/cli/sealvisor.cjs plans --markdown > docs/plans.md makes it anew', () => {
  const page = readFileSync(new URL('../../docs/plans.md', import.meta.url), 'utf8');
  expect(page).toBe(`${plansPage(Object.values(plans))}\n`);
});
