import { expect, test } from 'vitest';
import { shownView } from '#src/worker/roster/shown-view.js';
import { viewOf } from '../../tools/protocol/views.js';

test('an older view never replaces a newer one; a next incarnation replaces both', () => {
  const told: string[] = [];
  const shown = shownView(
    viewOf({ incarnation: 1, revision: 5 }),
    (view) => view,
    ({ incarnation, revision }) => void told.push(`${incarnation}/${revision}`),
  );
  for (const [incarnation, revision] of [
    [1, 6],
    [1, 5],
    [1, 7],
    [1, 7],
    [2, 7],
    [1, 9],
    [2, 8],
  ] as const)
    shown.show(viewOf({ incarnation, revision }));
  expect(told).toEqual(['1/6', '1/7', '1/7', '2/7', '2/8']);
  expect(shown.view()).toMatchObject({ incarnation: 2, revision: 8 });
});
