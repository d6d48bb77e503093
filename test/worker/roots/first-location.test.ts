/** The first location is one like the others. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freshDir, isIn, setup } from '../../tools/worker/setup.js';

test('the first location under a regular file costs the first thread only: the second seals to the end', async () => {
  const home = freshDir();
  writeFileSync(join(home, 'store0'), 'no directory');
  const { control, until } = await setup({ home, threads: 2 });
  const failed = await until(0, (view) => view.mode === 'failed');
  expect(failed.lastError?.message).toContain(join(home, 'store0'));
  await until(1, isIn('Empty', 'resting'));
  expect(control.thread(0).mode).toBe('failed');
});
